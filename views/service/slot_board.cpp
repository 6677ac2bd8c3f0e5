#include "views/service/slot_board.h"

#include "views/service/slot_card.h"
#include "views/service/swap_button.h"

#include <QHBoxLayout>
#include <QPropertyAnimation>
#include <QStyle>

namespace slipway::views
{

using namespace Qt::StringLiterals;

namespace
{

constexpr int kChangePlacesMs = 200;

} // namespace

SlotBoard::SlotBoard(PageContext &context, ServiceModels &models, QWidget *parent)
    : QWidget(parent), m_context(context), m_models(models),
      m_production(new SlotCard(context, models.production)),
      m_staging(new SlotCard(context, models.staging)),
      m_swap(new SwapButton(context.theme, models.preflight)),
      m_to_left(new QPropertyAnimation(m_production, "pos", this)),
      m_to_right(new QPropertyAnimation(m_staging, "pos", this)),
      m_production_id(models.production.deploymentId()), m_staging_id(models.staging.deploymentId())
{
    auto *row = new QHBoxLayout(this);
    row->setContentsMargins(0, 0, 0, 0);
    row->setSpacing(0);
    row->addWidget(m_production, 1);
    row->addWidget(m_swap, 0, Qt::AlignVCenter);
    row->addWidget(m_staging, 1);
    connect(m_production, &SlotCard::deployRequested, this, &SlotBoard::deployRequested);
    connect(m_staging, &SlotCard::deployRequested, this, &SlotBoard::deployRequested);
    connect(m_swap, &QAbstractButton::clicked, this, &SlotBoard::swapRequested);
    connect(&context.store, &models::FabricStore::changed, this, &SlotBoard::noticeSwap);
}

void SlotBoard::setWatched(bool watched)
{
    m_production->setWatched(watched);
    m_staging->setWatched(watched);
    m_models.preflight.setWatched(watched);
}

bool SlotBoard::isMoving() const
{
    return m_to_left->state() == QAbstractAnimation::Running;
}

void SlotBoard::noticeSwap()
{
    const auto id = [this](v1::SlotKind slot) {
        const auto deployment = m_context.store.deploymentIn(m_models.key, slot);
        return deployment == nullptr ? std::string() : deployment->id();
    };
    const auto production = id(v1::PRODUCTION);
    const auto staging = id(v1::STAGING);
    const bool swapped =
        production == m_staging_id && staging == m_production_id && production != staging;
    m_production_id = production;
    m_staging_id = staging;
    if (swapped && isVisible() &&
        style()->styleHint(QStyle::SH_Widget_Animate, nullptr, this) != 0) {
        changePlaces();
    }
}

void SlotBoard::changePlaces()
{
    const auto left = m_production->pos();
    const auto right = m_staging->pos();
    slide(*m_to_left, *m_production, right);
    slide(*m_to_right, *m_staging, left);
}

void SlotBoard::slide(QPropertyAnimation &animation, QWidget &card, const QPoint &from)
{
    animation.stop();
    animation.setDuration(kChangePlacesMs);
    animation.setEasingCurve(QEasingCurve::InOutCubic);
    animation.setStartValue(from);
    animation.setEndValue(card.pos());
    card.raise();
    animation.start();
}

} // namespace slipway::views
