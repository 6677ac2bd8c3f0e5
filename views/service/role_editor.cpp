#include "views/service/role_editor.h"

#include "models/base/words.h"
#include "models/session/session.h"
#include "views/service/role_balance.h"
#include "views/widgets/size_picker.h"
#include "views/widgets/state_pill.h"

#include <QHBoxLayout>
#include <QSlider>
#include <QSpinBox>

namespace slipway::views
{

using namespace Qt::StringLiterals;

namespace
{

constexpr int kCountMax = 1000;
constexpr int kSliderMax = 20; // more by the spin box; the slider then reaches as far
constexpr int kSizeWidth = 320;

QString kindWord(v1::RoleDefinition::Kind kind)
{
    return kind == v1::RoleDefinition::WEB      ? RoleEditor::tr("web role")
           : kind == v1::RoleDefinition::WORKER ? RoleEditor::tr("worker role")
                                                : RoleEditor::tr("role");
}

} // namespace

RoleEditor::RoleEditor(PageContext &context, const std::string &role, QWidget *parent)
    : Card(context.theme, {}, parent), m_context(context), m_role(role)
{
    setObjectName(u"role"_s + models::text(role));
    m_change = new Label(context.theme, TextRole::Body);
    m_change->setTone(u"accent"_s);
    m_change->setObjectName(u"roleChange"_s);
    body()->addLayout(makeTitle());
    body()->addLayout(makeControls());
    body()->addWidget(m_change);
    m_balance = new RoleBalance(context, role);
    body()->addWidget(m_balance);
    connect(&context.session, &models::Session::statusChanged, this, &RoleEditor::fillSizes);
    fillSizes();
}

QLayout *RoleEditor::makeTitle()
{
    auto *name = new Label(m_context.theme, TextRole::Headline, models::text(m_role));
    name->setElided(true, Qt::ElideMiddle);
    m_facts = Label::secondary(m_context.theme, TextRole::Body);
    m_pill = new StatePill(m_context.theme);
    auto *row = new QHBoxLayout;
    row->setSpacing(12);
    row->addWidget(name);
    row->addWidget(m_facts);
    row->addStretch(1);
    row->addWidget(m_pill);
    return row;
}

QLayout *RoleEditor::makeControls()
{
    m_count = new QSpinBox;
    m_count->setObjectName(u"roleCount"_s);
    m_count->setRange(1, kCountMax);
    m_count->setFixedWidth(92);
    m_count->setAccessibleName(tr("Instances of %1").arg(models::text(m_role)));
    m_slider = new QSlider(Qt::Horizontal);
    m_slider->setObjectName(u"roleSlider"_s);
    m_slider->setRange(1, kSliderMax);
    m_slider->setPageStep(1);
    m_slider->setMinimumHeight(24); // the handle is higher than the groove
    m_slider->setAccessibleName(m_count->accessibleName());
    m_size = new SizePicker;
    m_size->setObjectName(u"roleSize"_s);
    m_size->setFixedWidth(kSizeWidth);
    auto *row = new QHBoxLayout;
    row->setSpacing(12);
    row->addWidget(Label::secondary(m_context.theme, TextRole::Body, tr("Instances")));
    row->addWidget(m_count);
    row->addWidget(m_slider, 1);
    row->addSpacing(12);
    row->addWidget(Label::secondary(m_context.theme, TextRole::Body, tr("VM size")));
    row->addWidget(m_size);
    connect(m_count, &QSpinBox::valueChanged, this, &RoleEditor::setCount);
    connect(m_slider, &QSlider::valueChanged, this, &RoleEditor::setCount);
    connect(m_size, &SizePicker::sizeChanged, this, [this] {
        refresh();
        Q_EMIT changed();
    });
    return row;
}

void RoleEditor::setCount(int count)
{
    const QSignalBlocker quiet_count(m_count);
    const QSignalBlocker quiet_slider(m_slider);
    m_slider->setMaximum(qMax(kSliderMax, count));
    m_count->setValue(count);
    m_slider->setValue(count);
    refresh();
    Q_EMIT changed();
}

void RoleEditor::fillSizes()
{
    const auto &sizes = m_context.session.status().sizes();
    m_size->setSizes({sizes.begin(), sizes.end()}, m_context.store.settings().currency());
    if (m_known && m_size->size().empty()) {
        m_size->setSize(m_present.size);
    }
}

void RoleEditor::setPresent(const models::RoleSummary &present)
{
    const bool keep = m_known && isChanged();
    const auto wanted = goal();
    m_present = present;
    m_known = true;
    if (!keep || (wanted.instance_count() == present.wanted && wanted.size() == present.size)) {
        revert();
    }
    refresh();
}

v1::RoleGoal RoleEditor::goal() const
{
    v1::RoleGoal goal;
    goal.set_role(m_role);
    goal.set_instance_count(std::uint32_t(m_count->value()));
    goal.set_size(m_size->size().empty() ? m_present.size : m_size->size());
    return goal;
}

bool RoleEditor::isChanged() const
{
    const auto wanted = goal();
    return wanted.instance_count() != m_present.wanted || wanted.size() != m_present.size;
}

void RoleEditor::revert()
{
    {
        const QSignalBlocker quiet(m_size);
        m_size->setSize(m_present.size);
    }
    setCount(int(m_present.wanted));
}

void RoleEditor::setGoal(const v1::RoleGoal &goal)
{
    m_size->setSize(goal.size());
    setCount(int(goal.instance_count()));
}

void RoleEditor::setDeployment(const std::string &deployment_id)
{
    m_balance->setDeployment(deployment_id);
}

void RoleEditor::showEvent(QShowEvent *event)
{
    Card::showEvent(event);
    m_balance->look();
}

QString RoleEditor::priceChange() const
{
    const auto *before = m_context.session.size(m_present.size);
    const auto *after = m_context.session.size(goal().size());
    if (before == nullptr || after == nullptr || before->price_micros_per_hour() == 0 ||
        after->price_micros_per_hour() == 0) {
        return {};
    }
    const auto currency = m_context.store.settings().currency();
    const auto words = [&](std::int64_t micros) { return models::priceWords(micros, currency); };
    const auto old_price = words(before->price_micros_per_hour() * m_present.wanted);
    const auto new_price = words(after->price_micros_per_hour() * goal().instance_count());
    return old_price.isEmpty() || old_price == new_price ? QString()
                                                         : tr("%1 → %2").arg(old_price, new_price);
}

void RoleEditor::refresh()
{
    const auto health = models::healthOf(m_present.tally);
    m_pill->setState(health.condition, health.words);
    m_facts->setText(tr("%1 · %2 of %3 ready")
                         .arg(kindWord(m_present.kind))
                         .arg(m_present.tally.ready())
                         .arg(m_present.tally.total));
    const auto wanted = goal();
    QStringList changes;
    if (wanted.instance_count() != m_present.wanted) {
        changes << tr("%1 → %2 instances").arg(m_present.wanted).arg(wanted.instance_count());
    }
    if (wanted.size() != m_present.size) {
        changes << tr("%1 → %2").arg(models::text(m_present.size), models::text(wanted.size()));
    }
    if (const auto price = priceChange(); !price.isEmpty()) {
        changes << price;
    }
    m_change->setText(changes.join(u" · "_s));
    m_change->setVisible(!changes.isEmpty());
}

} // namespace slipway::views
