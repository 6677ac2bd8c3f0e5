#include "views/packages/upload_card.h"

#include "models/base/words.h"
#include "views/widgets/buttons.h"
#include "views/widgets/navigator.h"
#include "views/widgets/plain_tip.h"
#include "views/widgets/problem_list.h"

#include <QFileInfo>
#include <QProgressBar>
#include <QVBoxLayout>

namespace slipway::views
{

using namespace Qt::StringLiterals;
using models::Condition;

UploadCard::UploadCard(PageContext &context) : Card(context.theme), m_context(context)
{
    setObjectName(u"uploadCard"_s);
    build();
    connectButtons();
    hide();
}

void UploadCard::build()
{
    m_name = new Label(m_context.theme, TextRole::Strong);
    m_name->setElided(true, Qt::ElideMiddle);
    m_words = Label::secondary(m_context.theme, TextRole::Body);
    m_words->setObjectName(u"uploadWords"_s);
    m_words->setWordWrap(true);
    m_bar = new QProgressBar;
    m_bar->setObjectName(u"uploadProgress"_s);
    m_bar->setAccessibleName(tr("Upload progress"));
    m_bar->setRange(0, 1000);
    m_bar->setTextVisible(false);
    m_cancel = makeButton(m_context.theme, ButtonKind::Link, tr("Cancel"));
    m_cancel->setObjectName(u"uploadCancel"_s);
    m_cancel->setToolTip(tr("What has been sent is kept for a while: the upload can be resumed"));
    m_resume = makeButton(m_context.theme, ButtonKind::Link, tr("Resume"), u"play"_s);
    m_resume->setObjectName(u"uploadResume"_s);
    m_dismiss = makeButton(m_context.theme, ButtonKind::Link, tr("Dismiss"));
    m_dismiss->setObjectName(u"uploadDismiss"_s);
    auto *row = new QHBoxLayout;
    row->setSpacing(8);
    row->addWidget(m_name);
    row->addWidget(m_words, 1);
    row->addWidget(m_cancel);
    row->addWidget(m_resume);
    row->addWidget(m_dismiss);
    m_problems = new QWidget;
    m_problems->setObjectName(u"uploadProblems"_s);
    new QVBoxLayout(m_problems);
    m_problems->layout()->setContentsMargins(0, 4, 0, 0);
    body()->addLayout(row);
    body()->addWidget(m_bar);
    body()->addWidget(m_problems);
}

void UploadCard::connectButtons()
{
    connect(m_cancel, &QPushButton::clicked, this, [this] { pause(tr("Cancelled")); });
    connect(m_resume, &QPushButton::clicked, this, &UploadCard::send);
    connect(m_dismiss, &QPushButton::clicked, this, &UploadCard::dismiss);
}

void UploadCard::start(const QString &file)
{
    if (file.isEmpty()) {
        return;
    }
    if (m_state == State::Sending) {
        m_context.navigator.notify(Condition::Attention,
                                   tr("%1 is still being sent. Upload %2 after it.")
                                       .arg(m_name->text(), QFileInfo(file).fileName()));
        return;
    }
    m_file = file;
    m_upload_id = models::Session::freshId();
    m_name->setText(QFileInfo(file).fileName());
    m_name->setToolTip(plainTip(file));
    m_bar->setValue(0);
    send();
}

void UploadCard::send()
{
    enter(State::Sending, tr("Starting"));
    m_since.invalidate();
    m_stream = m_context.session.uploadPackage(
        m_file, m_upload_id, this, [this](client::UploadProgress now) { onProgress(now); },
        [this](const Result<v1::UploadReply> &reply) { onDone(reply); });
}

void UploadCard::pause(const QString &why)
{
    m_stream.reset();
    enter(State::Paused, tr("%1. What was sent is kept for a resume.").arg(why));
}

void UploadCard::dismiss()
{
    m_stream.reset();
    m_state = State::None;
    hide();
}

void UploadCard::onProgress(client::UploadProgress progress)
{
    if (m_state != State::Sending || progress.total_bytes == 0) {
        return;
    }
    if (!m_since.isValid()) {
        m_first_bytes = progress.sent_bytes;
        m_since.start();
    }
    m_bar->setValue(int(progress.sent_bytes * 1000 / progress.total_bytes));
    auto words =
        tr("%1 of %2")
            .arg(models::bytesWords(progress.sent_bytes), models::bytesWords(progress.total_bytes));
    const auto elapsed_ms = m_since.elapsed();
    if (progress.sent_bytes == progress.total_bytes) {
        words = tr("%1 sent; the fabric reads the package")
                    .arg(models::bytesWords(progress.total_bytes));
    } else if (elapsed_ms > 1000) {
        const auto per_second =
            (progress.sent_bytes - m_first_bytes) * 1000 / static_cast<std::uint64_t>(elapsed_ms);
        words += tr(", %1 per second").arg(models::bytesWords(per_second));
    }
    m_words->setText(words);
}

void UploadCard::onDone(const Result<v1::UploadReply> &reply)
{
    if (m_state != State::Sending) {
        return; // cancelled meanwhile
    }
    m_stream.reset();
    if (reply) {
        m_bar->setValue(1000);
        enter(State::Stored, reply->already_stored() ? tr("It was stored before; nothing changed")
                                                     : tr("Stored; it can be deployed now"));
        Q_EMIT uploaded(models::text(reply->package().digest()));
        return;
    }
    const auto &error = reply.error();
    const bool broken = error.code() == v1::Error::UNAVAILABLE ||
                        error.code() == v1::Error::CANCELLED ||
                        error.code() == v1::Error::DEADLINE_EXCEEDED;
    if (broken) {
        pause(tr("The connection broke off"));
        return;
    }
    enter(State::Refused, models::text(error.message()));
    showProblems(error);
}

void UploadCard::showProblems(const v1::Error &error)
{
    if (!error.problems().empty()) {
        m_problems->layout()->addWidget(
            new ProblemList(m_context.theme, {error.problems().begin(), error.problems().end()}));
        m_problems->show();
    }
}

void UploadCard::enter(State state, const QString &words)
{
    m_state = state;
    m_words->setText(words);
    m_bar->setVisible(state == State::Sending || state == State::Paused);
    m_cancel->setVisible(state == State::Sending);
    m_resume->setVisible(state == State::Paused);
    m_dismiss->setVisible(state != State::Sending);
    m_problems->hide();
    qDeleteAll(m_problems->findChildren<ProblemList *>());
    const auto &theme = m_context.theme;
    setEdge(state == State::Refused  ? theme.color(Condition::Failed)
            : state == State::Stored ? theme.color(Condition::Ready)
            : state == State::Paused ? theme.color(Condition::Attention)
                                     : theme.tokens().accent);
    show();
}

} // namespace slipway::views
