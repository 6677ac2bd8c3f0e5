// One upload from its file to the package: progress, cancel, resume by the same id, and what was
// wrong with the package when it was refused.
#pragma once

#include "models/session/session.h"
#include "views/widgets/card.h"
#include "views/widgets/page_context.h"

#include <QElapsedTimer>

class QProgressBar;
class QPushButton;
class QVBoxLayout;

namespace slipway::views
{

class UploadCard : public Card
{
    Q_OBJECT

public:
    enum class State { None, Sending, Paused, Refused, Stored };

    explicit UploadCard(PageContext &context);

    // An empty file does nothing. While another one is being sent it is asked to wait.
    void start(const QString &file);
    State state() const { return m_state; }

Q_SIGNALS:
    void uploaded(const QString &digest);

private:
    void build();
    void connectButtons();
    void send();
    void pause(const QString &why);
    void dismiss();
    void onProgress(client::UploadProgress progress);
    void onDone(const Result<v1::UploadReply> &reply);
    void showProblems(const v1::Error &error);
    void enter(State state, const QString &words);

    PageContext &m_context;
    State m_state = State::None;
    QString m_file;
    std::string m_upload_id;
    std::uint64_t m_first_bytes = 0; // where this try began: the speed is counted from there
    QElapsedTimer m_since;
    std::unique_ptr<client::Subscription> m_stream;
    Label *m_name = nullptr;
    Label *m_words = nullptr;
    QProgressBar *m_bar = nullptr;
    QWidget *m_problems = nullptr;
    QPushButton *m_cancel = nullptr;
    QPushButton *m_resume = nullptr;
    QPushButton *m_dismiss = nullptr;
};

} // namespace slipway::views
