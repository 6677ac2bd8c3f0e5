#include "views/widgets/dialog_prompter.h"

#include "views/widgets/buttons.h"
#include "views/widgets/label.h"

#include <QCheckBox>
#include <QDesktopServices>
#include <QFileDialog>
#include <QFileInfo>
#include <QLineEdit>
#include <QPainter>
#include <QUrl>
#include <QVBoxLayout>

namespace slipway::views
{

using namespace Qt::StringLiterals;

namespace
{

void openDialog(QFileDialog *dialog, QObject *context, std::function<void(QString)> chosen)
{
    dialog->setAttribute(Qt::WA_DeleteOnClose);
    // Nobody is left to be told of the answer: the question goes.
    QObject::connect(context, &QObject::destroyed, dialog, &QWidget::close, Qt::QueuedConnection);
    QObject::connect(dialog, &QFileDialog::finished, context, [dialog, chosen](int result) {
        chosen(result == QDialog::Accepted ? dialog->selectedFiles().value(0) : QString());
    });
    dialog->open();
}

} // namespace

QuestionDialog::QuestionDialog(const Theme &theme, const Question &question, QWidget *parent)
    : QDialog(parent), m_theme(theme)
{
    setWindowTitle(question.title);
    setObjectName(u"questionDialog"_s);
    setAttribute(Qt::WA_DeleteOnClose);
    setModal(true);
    setFixedWidth(460);
    auto *column = new QVBoxLayout(this);
    column->setContentsMargins(24, 22, 24, 20);
    column->setSpacing(10);
    addTexts(theme, question, *column);
    addConditions(theme, question, *column);
    column->addSpacing(10);
    addButtons(theme, question, *column);
    connect(this, &QDialog::rejected, this, [this] { finishWith(Answer::Refused); });
    updateAccept();
}

// An edge of its own: not every desktop draws one.
void QuestionDialog::paintEvent(QPaintEvent *)
{
    QPainter painter(this);
    painter.setPen(QPen(m_theme.tokens().line, 1));
    painter.setBrush(m_theme.tokens().surface);
    painter.drawRect(QRectF(rect()).adjusted(0.5, 0.5, -0.5, -0.5));
}

void QuestionDialog::addTexts(const Theme &theme, const Question &question, QVBoxLayout &column)
{
    auto *title = new Label(theme, TextRole::CardTitle, question.title);
    title->setWordWrap(true);
    column.addWidget(title);
    auto *text = Label::secondary(theme, TextRole::Body, question.text);
    text->setWordWrap(true);
    text->setVisible(!question.text.isEmpty());
    column.addWidget(text);
    for (const auto &point : question.points) {
        auto *line = new Label(theme, TextRole::Body, QString(u"•  "_s + point));
        line->setWordWrap(true);
        column.addWidget(line);
    }
}

void QuestionDialog::addConditions(const Theme &theme, const Question &question,
                                   QVBoxLayout &column)
{
    if (!question.type_to_confirm.isEmpty()) {
        m_must_type = question.type_to_confirm;
        column.addWidget(
            Label::secondary(theme, TextRole::Label, tr("Type “%1” to confirm").arg(m_must_type)));
        m_typed = new QLineEdit;
        m_typed->setObjectName(u"typeToConfirm"_s);
        m_typed->setAccessibleName(tr("Type “%1” to confirm").arg(m_must_type));
        column.addWidget(m_typed);
        connect(m_typed, &QLineEdit::textChanged, this, &QuestionDialog::updateAccept);
    }
    if (!question.consent.isEmpty()) {
        m_consent = new QCheckBox(question.consent);
        m_consent->setObjectName(u"consent"_s);
        column.addWidget(m_consent);
        connect(m_consent, &QCheckBox::toggled, this, &QuestionDialog::updateAccept);
    }
    if (!question.remember.isEmpty()) {
        m_remember = new QCheckBox(question.remember);
        m_remember->setObjectName(u"remember"_s);
        column.addWidget(m_remember);
    }
}

void QuestionDialog::addButtons(const Theme &theme, const Question &question, QVBoxLayout &column)
{
    auto *row = new QHBoxLayout;
    row->setSpacing(8);
    row->addStretch(1);
    const auto add = [&](ButtonKind kind, const QString &text, const QString &name,
                         Answer::Choice choice) {
        auto *button = makeButton(theme, kind, text);
        button->setObjectName(name);
        row->addWidget(button);
        connect(button, &QPushButton::clicked, this, [this, choice] { finishWith(choice); });
        return button;
    };
    add(ButtonKind::Normal, question.refuse.isEmpty() ? tr("Cancel") : question.refuse, u"refuse"_s,
        Answer::Refused);
    if (!question.third.isEmpty()) {
        add(ButtonKind::Normal, question.third, u"third"_s, Answer::Third);
    }
    m_accept = add(question.dangerous ? ButtonKind::Danger : ButtonKind::Primary, question.accept,
                   u"accept"_s, Answer::Accepted);
    m_accept->setDefault(!question.dangerous);
    column.addLayout(row);
}

void QuestionDialog::updateAccept()
{
    const bool typed = m_typed == nullptr || m_typed->text() == m_must_type;
    const bool consented = m_consent == nullptr || m_consent->isChecked();
    m_accept->setEnabled(typed && consented);
}

void QuestionDialog::finishWith(Answer::Choice choice)
{
    if (std::exchange(m_done, true)) {
        return;
    }
    Answer answer;
    answer.choice = choice;
    answer.remember = m_remember != nullptr && m_remember->isChecked();
    Q_EMIT answered(answer);
    close();
}

void DialogPrompter::ask(const Question &question, QObject *context,
                         std::function<void(Answer)> answered)
{
    auto *dialog = new QuestionDialog(m_theme, question, m_window);
    QObject::connect(context, &QObject::destroyed, dialog, &QWidget::close, Qt::QueuedConnection);
    QObject::connect(dialog, &QuestionDialog::answered, context,
                     [answered = std::move(answered)](const Answer &answer) { answered(answer); });
    dialog->open();
}

void DialogPrompter::openFile(const QString &title, const QString &filter, QObject *context,
                              std::function<void(QString)> chosen)
{
    auto *dialog = new QFileDialog(m_window, title, QString(), filter);
    dialog->setFileMode(QFileDialog::ExistingFile);
    openDialog(dialog, context, std::move(chosen));
}

void DialogPrompter::saveFile(const QString &title, const QString &suggested, const QString &filter,
                              QObject *context, std::function<void(QString)> chosen)
{
    auto *dialog = new QFileDialog(m_window, title, QString(), filter);
    dialog->setAcceptMode(QFileDialog::AcceptSave);
    dialog->selectFile(suggested);
    dialog->setDefaultSuffix(QFileInfo(suggested).suffix());
    openDialog(dialog, context, std::move(chosen));
}

void DialogPrompter::openFolder(const QString &title, QObject *context,
                                std::function<void(QString)> chosen)
{
    auto *dialog = new QFileDialog(m_window, title);
    dialog->setFileMode(QFileDialog::Directory);
    dialog->setOption(QFileDialog::ShowDirsOnly);
    openDialog(dialog, context, std::move(chosen));
}

bool DialogPrompter::openAddress(const QString &address)
{
    return QDesktopServices::openUrl(QUrl(address));
}

} // namespace slipway::views
