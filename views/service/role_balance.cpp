#include "views/service/role_balance.h"

#include "models/base/words.h"
#include "models/session/commands.h"
#include "views/widgets/buttons.h"
#include "views/widgets/navigator.h"

#include <QHBoxLayout>
#include <QPushButton>
#include <algorithm>

namespace slipway::views
{

using namespace Qt::StringLiterals;
using models::Condition;

namespace
{

constexpr int kSoon_ms = 500; // instances come and go in swarms
constexpr qsizetype kMovesShown = 3;

QString wordsOf(const v1::CommandReply &reply)
{
    QStringList lines;
    for (const auto &line : reply.preview()) {
        lines << models::text(line);
    }
    const auto more = lines.size() - kMovesShown;
    if (more > 1) {
        lines = lines.mid(0, kMovesShown)
                << RoleBalance::tr("and %1 more").arg(models::countWords(std::uint64_t(more)));
    }
    return RoleBalance::tr("Its instances could stand better over hosts and fault domains.") +
           u'\n' + lines.join(u'\n');
}

} // namespace

RoleBalance::RoleBalance(PageContext &context, std::string role, QWidget *parent)
    : QWidget(parent), m_context(context), m_role(std::move(role)),
      m_words(Label::secondary(context.theme, TextRole::Body)),
      m_button(makeButton(context.theme, ButtonKind::Normal, tr("Spread again"), u"scale"_s))
{
    m_words->setObjectName(u"balanceWords"_s);
    m_words->setWordWrap(true);
    m_button->setObjectName(u"balanceRole"_s);
    m_button->setAccessibleName(tr("Spread the instances of %1 again").arg(models::text(m_role)));
    auto *row = new QHBoxLayout(this);
    row->setContentsMargins(0, 0, 0, 0);
    row->setSpacing(12);
    row->addWidget(m_words, 1);
    row->addWidget(m_button, 0, Qt::AlignTop);
    hide();
    m_soon.setSingleShot(true);
    m_soon.setInterval(kSoon_ms);
    connect(&m_soon, &QTimer::timeout, this, &RoleBalance::ask);
    connect(m_button, &QPushButton::clicked, this, &RoleBalance::balance);
    connect(&context.store, &models::FabricStore::changed, this,
            [this](const models::StoreDelta &delta) {
                const auto &tallied = delta.tallied;
                if (delta.snapshot || !delta.hosts.empty() ||
                    std::find(tallied.begin(), tallied.end(), m_deployment) != tallied.end()) {
                    askSoon();
                }
            });
}

void RoleBalance::setDeployment(const std::string &deployment_id)
{
    if (m_deployment != deployment_id) {
        m_deployment = deployment_id;
        ++m_asked;
        hide();
        askSoon();
    }
}

// In a steady stream of changes it is asked all the same, at each interval's end.
void RoleBalance::askSoon()
{
    if (!m_soon.isActive()) {
        m_soon.start();
    }
}

void RoleBalance::ask()
{
    const auto deployment = m_context.store.deployment(m_deployment);
    if (deployment == nullptr || !m_context.session.isLive() || !parentWidget()->isVisible()) {
        hide();
        return;
    }
    m_context.session.execute(models::commands::balanceRole(*deployment, m_role, true), this,
                              [this, asked = ++m_asked](const Result<v1::CommandReply> &reply) {
                                  if (asked == m_asked) {
                                      onAnswer(reply);
                                  }
                              });
}

// A refusal says that it is even, or that something else goes on: there is nothing to offer.
void RoleBalance::onAnswer(const Result<v1::CommandReply> &reply)
{
    const bool better =
        reply && !reply->checks().empty() && reply->checks(0).result() == v1::Check::PASSED;
    if (better) {
        m_words->setText(wordsOf(*reply));
    }
    setVisible(better);
}

void RoleBalance::balance()
{
    const auto deployment = m_context.store.deployment(m_deployment);
    if (deployment == nullptr) {
        return;
    }
    hide();
    m_context.session.execute(
        models::commands::balanceRole(*deployment, m_role), this,
        [this](const Result<v1::CommandReply> &reply) {
            if (reply) {
                const Place place{PageId::Activity, models::text(reply->operation().id()), {}};
                m_context.navigator.notify(
                    Condition::OnItsWay,
                    tr("The instances of %1 move one after the other").arg(models::text(m_role)),
                    &place);
            } else {
                m_context.navigator.notify(Condition::Failed,
                                           models::text(reply.error().message()));
                m_soon.start();
            }
        });
}

} // namespace slipway::views
