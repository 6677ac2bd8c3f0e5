// A live log with a filter that works while lines come and while somebody types: the filter looks
// through old lines in slices of a few milliseconds, so that the GUI never waits for it.
#pragma once

#include "models/logs/log_store.h"
#include "models/session/session.h"

#include <QObject>
#include <QTimer>
#include <vector>

namespace slipway::models
{

class LogModel : public QObject
{
    Q_OBJECT

public:
    static constexpr std::uint64_t kLinesMax = 1'000'000;

    explicit LogModel(Session &session, QObject *parent = nullptr);
    ~LogModel() override;

    // Follows the logs of a deployment or of some of its instances; what was there is dropped. A
    // following stream that the fabric ends is opened again after two seconds.
    void open(const v1::LogRequest &request);
    void close(); // the lines stay
    bool isOpen() const { return m_stream != nullptr; }
    QString problem() const { return m_problem; } // why the stream ended; empty: it did not
    // Lines that came faster than they could be shown.
    std::uint64_t leftOut() const { return m_left_out; }

    // Rows that fit the filter, oldest first. A row's line may be asked for at any time.
    std::uint64_t rowCount() const;
    LogEntry row(std::uint64_t row) const;
    std::uint64_t numberOf(std::uint64_t row) const; // stays the same while rows come and go
    std::uint64_t lineCount() const { return m_store.end() - m_store.first(); }

    // Every word must occur (case of ASCII letters does not matter); empty: all lines.
    void setFilter(const QString &words);
    bool isSearching() const { return m_slice.isActive(); }

    // For tests and for LogView: lines as they come from the stream.
    void append(const std::vector<v1::LogLine> &lines);

Q_SIGNALS:
    void changed(); // rows came or went
    void problemChanged();

private:
    struct Pending {
        std::vector<v1::LogLine> lines;
        std::uint64_t left_out = 0;
    };

    void forget();
    void start();
    void onEnded(std::uint64_t epoch, const QString &message);
    void reopen();
    void setProblem(const QString &problem);
    void take(const Pending &pending);
    void searchSlice();
    bool fits(const LogEntry &entry) const;
    void dropOld();

    Session &m_session;
    LogStore m_store;
    Inbox<Pending> m_inbox;
    std::shared_ptr<GuiHop> m_hop;
    std::unique_ptr<client::Subscription> m_stream;
    v1::LogRequest m_request;
    std::uint64_t m_epoch = 0; // of the stream; an older one's end is no news
    bool m_forget = false;     // with the next lines
    std::uint64_t m_left_out = 0;
    QString m_problem;
    std::vector<std::string> m_words;    // lower case
    std::deque<std::uint64_t> m_matches; // numbers, when there is a filter
    std::uint64_t m_searched = 0;        // lines below this number have been looked at
    QTimer m_slice;
    QTimer m_reopen;
};

} // namespace slipway::models
