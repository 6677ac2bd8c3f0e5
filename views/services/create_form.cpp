#include "views/services/create_form.h"

#include "models/base/words.h"
#include "models/session/commands.h"
#include "views/services/service_name.h"

#include <QLineEdit>
#include <QPlainTextEdit>
#include <QStyle>
#include <QVBoxLayout>

namespace slipway::views
{

using namespace Qt::StringLiterals;
using models::text;
using models::utf8;

namespace
{

constexpr int kPauseMs = 250;
constexpr int kLongestLabel = 100;

void addField(QVBoxLayout &column, const Theme &theme, const QString &title, QWidget *field)
{
    auto *label = new Label(theme, TextRole::Strong, title);
    label->setBuddy(field);
    field->setAccessibleName(title);
    column.addWidget(label);
    column.addWidget(field);
}

Label *makeHint(const Theme &theme, const QString &object_name)
{
    auto *hint = Label::secondary(theme, TextRole::Label);
    hint->setObjectName(object_name);
    hint->setWordWrap(true);
    return hint;
}

} // namespace

CreateForm::CreateForm(const Theme &theme, models::Session &session, QWidget *parent)
    : QWidget(parent), m_session(session), m_name(new QLineEdit),
      m_hint(makeHint(theme, u"nameHint"_s)), m_label(new QLineEdit),
      m_description(new QPlainTextEdit), m_addresses(makeHint(theme, u"addressPreview"_s))
{
    m_name->setObjectName(u"serviceName"_s);
    m_name->setPlaceholderText(u"guestbook"_s);
    m_label->setObjectName(u"serviceLabel"_s);
    m_label->setPlaceholderText(tr("Shown beside the name"));
    m_label->setMaxLength(kLongestLabel);
    m_description->setObjectName(u"serviceDescription"_s);
    m_description->setPlaceholderText(tr("What it is for, who looks after it"));
    m_description->setTabChangesFocus(true);
    m_description->setFixedHeight(96);
    auto *column = new QVBoxLayout(this);
    column->setContentsMargins(0, 0, 0, 0);
    column->setSpacing(6);
    addField(*column, theme, tr("Name"), m_name);
    column->addWidget(m_hint);
    column->addSpacing(10);
    addField(*column, theme, tr("Label"), m_label);
    column->addSpacing(10);
    addField(*column, theme, tr("Description"), m_description);
    column->addSpacing(10);
    column->addWidget(new Label(theme, TextRole::Strong, tr("Addresses")));
    column->addWidget(m_addresses);
    setFocusProxy(m_name);
    m_pause.setSingleShot(true);
    m_pause.setInterval(kPauseMs);
    connect(&m_pause, &QTimer::timeout, this, &CreateForm::askFabric);
    connect(m_name, &QLineEdit::textChanged, this, &CreateForm::check);
    connect(&session, &models::Session::stateChanged, this, [this] {
        if (m_session.isLive()) {
            check(); // what could not be asked is no fault of the name
        }
    });
    connect(m_name, &QLineEdit::returnPressed, this, &CreateForm::submitted);
    connect(m_label, &QLineEdit::returnPressed, this, &CreateForm::submitted);
    check();
}

void CreateForm::clear()
{
    m_name->clear();
    m_label->clear();
    m_description->clear();
    check();
}

QString CreateForm::name() const
{
    return m_name->text();
}

v1::Command CreateForm::command() const
{
    return models::commands::createService(utf8(m_name->text()), utf8(m_label->text().trimmed()),
                                           utf8(m_description->toPlainText().trimmed()));
}

void CreateForm::check()
{
    ++m_question; // an answer on its way is about another name
    m_pause.stop();
    m_addresses->setText(tr("The fabric gives production and staging an address of their own; "
                            "both stay the service's for life."));
    if (m_name->text().isEmpty()) {
        judge(Verdict::Empty, tr("Lower-case letters, digits and hyphens; 63 at most. "
                                 "It cannot be changed later."));
        return;
    }
    if (const auto problem = nameProblem(m_name->text()); !problem.isEmpty()) {
        judge(Verdict::Bad, problem);
        return;
    }
    judge(Verdict::Asking, tr("Asking the fabric …"));
    m_pause.start();
}

void CreateForm::askFabric()
{
    auto question = command();
    question.set_validate_only(true);
    m_session.execute(std::move(question), this,
                      [this, asked = m_question](const Result<v1::CommandReply> &reply) {
                          onAnswer(asked, reply);
                      });
}

void CreateForm::onAnswer(int question, const Result<v1::CommandReply> &reply)
{
    if (question != m_question) {
        return;
    }
    if (!reply) {
        judge(Verdict::Bad, text(reply.error().message()));
        return;
    }
    judge(Verdict::Good, tr("The name is free."));
    QStringList sentences;
    for (const auto &sentence : reply->preview()) {
        sentences << text(sentence);
    }
    if (!sentences.isEmpty()) {
        m_addresses->setText(sentences.join(u'\n'));
    }
}

void CreateForm::refuse(const QString &problem)
{
    ++m_question;
    judge(Verdict::Bad, problem);
    m_name->setFocus();
}

void CreateForm::judge(Verdict verdict, const QString &words)
{
    m_verdict = verdict;
    m_hint->setText(words);
    m_hint->setTone(verdict == Verdict::Bad    ? u"bad"_s
                    : verdict == Verdict::Good ? u"ok"_s
                                               : QString());
    m_name->setProperty("invalid", verdict == Verdict::Bad);
    m_name->style()->unpolish(m_name);
    m_name->style()->polish(m_name);
    Q_EMIT acceptableChanged();
}

} // namespace slipway::views
