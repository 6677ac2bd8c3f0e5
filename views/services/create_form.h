// What the operator says about a new service, checked while it is typed: the name's rule here, what
// else speaks against it by the fabric itself (validate_only), with the addresses it would get.
#pragma once

#include "models/session/session.h"
#include "views/widgets/label.h"

#include <QTimer>
#include <QWidget>

class QLineEdit;
class QPlainTextEdit;

namespace slipway::views
{

class CreateForm : public QWidget
{
    Q_OBJECT

public:
    CreateForm(const Theme &theme, models::Session &session, QWidget *parent = nullptr);

    void clear();
    v1::Command command() const;
    QString name() const;
    bool isAcceptable() const { return m_verdict == Verdict::Good; }
    void refuse(const QString &problem); // what the fabric answered to the command itself

Q_SIGNALS:
    void acceptableChanged();
    void submitted(); // Enter in a field

private:
    enum class Verdict { Empty, Asking, Good, Bad };

    void check();
    void askFabric();
    void onAnswer(int question, const Result<v1::CommandReply> &reply);
    void judge(Verdict verdict, const QString &words);

    models::Session &m_session;
    QLineEdit *m_name;
    Label *m_hint;
    QLineEdit *m_label;
    QPlainTextEdit *m_description;
    Label *m_addresses;
    QTimer m_pause; // between the last key and the question
    int m_question = 0;
    Verdict m_verdict = Verdict::Empty;
};

} // namespace slipway::views
