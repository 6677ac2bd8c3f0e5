#include "views/service/bulk_bar.h"

#include "models/base/words.h"
#include "models/session/commands.h"
#include "views/widgets/buttons.h"
#include "views/widgets/label.h"
#include "views/widgets/prompter.h"

#include <QHBoxLayout>
#include <QPainter>
#include <map>

namespace slipway::views
{

using namespace Qt::StringLiterals;

namespace
{

constexpr int kHeight = 48;
constexpr qsizetype kNamedMax = 6;

} // namespace

BulkBar::BulkBar(PageContext &context, QWidget *parent)
    : QFrame(parent), m_context(context), m_words(new Label(context.theme, TextRole::Strong)),
      m_reboot(makeButton(context.theme, ButtonKind::Normal, tr("Reboot…"), u"reboot"_s)),
      m_reimage(makeButton(context.theme, ButtonKind::Normal, tr("Reimage…"), u"reimage"_s))
{
    setObjectName(u"bulkBar"_s);
    m_words->setObjectName(u"bulkWords"_s);
    m_words->setElided(true);
    m_reboot->setObjectName(u"reboot"_s);
    m_reboot->setToolTip(tr("Ends the programs and starts them again; local disks stay"));
    m_reimage->setObjectName(u"reimage"_s);
    m_reimage->setToolTip(tr("Starts again from the package, with fresh local disks"));
    auto *clear = makeIconButton(context.theme, u"close"_s, tr("Select nothing"));
    clear->setObjectName(u"clearSelection"_s);
    setFixedHeight(kHeight);
    auto *row = new QHBoxLayout(this);
    row->setContentsMargins(16, 0, 8, 0);
    row->setSpacing(8);
    row->addWidget(m_words, 1);
    row->addWidget(m_reboot);
    row->addWidget(m_reimage);
    row->addWidget(clear);
    connect(m_reboot, &QPushButton::clicked, this, &BulkBar::reboot);
    connect(m_reimage, &QPushButton::clicked, this, &BulkBar::reimage);
    connect(clear, &QToolButton::clicked, this, &BulkBar::clearRequested);
    connect(&context.session, &models::Session::stateChanged, this, &BulkBar::refresh);
    refresh();
}

void BulkBar::setSelection(const std::vector<models::InstanceId> &ids)
{
    m_ids = ids;
    refresh();
}

void BulkBar::refresh()
{
    setVisible(!m_ids.empty());
    m_words->setText(tr("%1 selected").arg(models::plural(m_ids.size(), "instance", "instances")));
    m_reboot->setEnabled(m_context.session.isLive());
    m_reimage->setEnabled(m_context.session.isLive());
}

QStringList BulkBar::namesOf(const std::vector<models::InstanceId> &ids) const
{
    QStringList names;
    for (const auto &id : ids) {
        if (names.size() == kNamedMax) {
            names << tr("and %1 more").arg(ids.size() - std::size_t(kNamedMax));
            break;
        }
        const auto deployment = m_context.store.deployment(id.deployment);
        const auto slot = deployment == nullptr ? QString() : models::slotWord(deployment->slot());
        names << tr("%1 (%2)").arg(models::text(id.name), slot);
    }
    return names;
}

QString BulkBar::subject(const std::vector<models::InstanceId> &ids) const
{
    return ids.size() == 1 ? models::text(ids.front().name)
                           : models::plural(ids.size(), "instance", "instances");
}

void BulkBar::reboot()
{
    if (m_ids.empty() || !m_context.session.isLive()) {
        return;
    }
    Question question;
    question.title = tr("Reboot %1?").arg(subject(m_ids));
    question.text = tr("Running requests are finished first. Then the programs end and start "
                       "again; local disks stay as they are.");
    question.points = namesOf(m_ids);
    question.accept = tr("Reboot");
    m_context.prompter.ask(question, this, [this, ids = m_ids](const Answer &answer) {
        if (answer.accepted()) {
            run(false, ids);
        }
    });
}

void BulkBar::reimage()
{
    if (m_ids.empty() || !m_context.session.isLive()) {
        return;
    }
    Question question;
    question.title = tr("Reimage %1?").arg(subject(m_ids));
    question.text = tr("Running requests are finished first. Then the instances start again from "
                       "the package, and everything on their local disks is thrown away: local "
                       "storage, temporary files, whatever the programs wrote.");
    question.points = namesOf(m_ids);
    question.accept = tr("Reimage");
    question.dangerous = true;
    question.consent = tr("What is on the local disks may be lost");
    m_context.prompter.ask(question, this, [this, ids = m_ids](const Answer &answer) {
        if (answer.accepted()) {
            run(true, ids);
        }
    });
}

void BulkBar::run(bool reimage, const std::vector<models::InstanceId> &ids)
{
    std::map<std::string, std::vector<models::InstanceId>> by_deployment;
    for (const auto &id : ids) {
        by_deployment[id.deployment].push_back(id);
    }
    for (const auto &[deployment, some] : by_deployment) {
        m_context.session.run(reimage ? models::commands::reimageInstances(some)
                                      : models::commands::rebootInstances(some),
                              (reimage ? tr("Reimage %1") : tr("Reboot %1")).arg(subject(some)));
    }
}

void BulkBar::paintEvent(QPaintEvent *)
{
    QPainter painter(this);
    painter.fillRect(rect(), m_context.theme.tokens().selection);
    painter.fillRect(QRect(0, 0, width(), 1), m_context.theme.tokens().line);
}

} // namespace slipway::views
