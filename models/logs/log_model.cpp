#include "models/logs/log_model.h"

#include "models/base/words.h"

#include <QElapsedTimer>
#include <algorithm>
#include <array>
#include <cctype>

namespace slipway::models
{

namespace
{

constexpr int kSliceMs = 8;
constexpr std::size_t kPendingMax = 200'000; // lines between two drains; older ones are left out
constexpr int kReopenMs = 2000;

const std::array<unsigned char, 256> &lowerTable()
{
    static const auto kTable = [] {
        std::array<unsigned char, 256> table{};
        for (int c = 0; c < 256; ++c) {
            table[std::size_t(c)] = static_cast<unsigned char>(c < 128 ? std::tolower(c) : c);
        }
        return table;
    }();
    return kTable;
}

bool contains(std::string_view text, const std::string &lower_word)
{
    const auto &lower = lowerTable();
    return std::search(text.begin(), text.end(), lower_word.begin(), lower_word.end(),
                       [&lower](char in_text, char wanted) {
                           return lower[static_cast<unsigned char>(in_text)] ==
                                  static_cast<unsigned char>(wanted);
                       }) != text.end();
}

} // namespace

LogModel::LogModel(Session &session, QObject *parent)
    : QObject(parent), m_session(session), m_store(kLinesMax),
      m_inbox([this](const Pending &pending) { take(pending); }),
      m_hop(std::make_shared<GuiHop>(this))
{
    m_slice.setInterval(0);
    connect(&m_slice, &QTimer::timeout, this, &LogModel::searchSlice);
    m_reopen.setSingleShot(true);
    m_reopen.setInterval(kReopenMs);
    connect(&m_reopen, &QTimer::timeout, this, &LogModel::reopen);
}

LogModel::~LogModel()
{
    m_hop->close();
}

void LogModel::open(const v1::LogRequest &request)
{
    m_request = request;
    forget();
    start();
    Q_EMIT changed();
}

void LogModel::forget()
{
    m_forget = false;
    m_store.clear();
    m_matches.clear();
    m_searched = m_store.end();
    m_left_out = 0;
}

// What an earlier stream still says is dropped by the inbox, that it ended by the epoch.
void LogModel::start()
{
    m_stream.reset();
    m_reopen.stop();
    setProblem({});
    auto sender = m_inbox.newEpoch();
    m_stream = m_session.client().streamLogs(
        m_request,
        [sender](const v1::LogBatch &batch) {
            sender.send([&batch](Pending &pending) {
                if (pending.lines.size() > kPendingMax) {
                    pending.left_out += pending.lines.size();
                    pending.lines.clear();
                }
                pending.lines.insert(pending.lines.end(), batch.lines().begin(),
                                     batch.lines().end());
            });
        },
        [hop = m_hop, this, epoch = ++m_epoch](const v1::Error &error) {
            hop->post([this, epoch, message = text(error.message())] { onEnded(epoch, message); });
        });
}

void LogModel::close()
{
    ++m_epoch;
    m_reopen.stop();
    m_stream.reset();
    m_inbox.newEpoch();
}

// The fabric drops a reader that is too slow, too: who follows comes back.
void LogModel::onEnded(std::uint64_t epoch, const QString &message)
{
    if (epoch != m_epoch) {
        return;
    }
    setProblem(message);
    if (m_request.follow()) {
        m_reopen.start();
    }
}

void LogModel::reopen()
{
    if (!m_session.isLive()) {
        m_reopen.start();
        return;
    }
    m_forget = true; // what was read stays until the new stream tells the tail again
    start();
}

void LogModel::setProblem(const QString &problem)
{
    m_problem = problem;
    Q_EMIT problemChanged();
}

void LogModel::take(const Pending &pending)
{
    if (m_forget) {
        forget();
    }
    m_left_out += pending.left_out;
    append(pending.lines);
}

void LogModel::append(const std::vector<v1::LogLine> &lines)
{
    for (const auto &line : lines) {
        m_store.append(line);
    }
    dropOld();
    if (!m_words.empty()) {
        m_slice.start();
    }
    Q_EMIT changed();
}

void LogModel::dropOld()
{
    while (!m_matches.empty() && m_matches.front() < m_store.first()) {
        m_matches.pop_front();
    }
    m_searched = std::max(m_searched, m_store.first());
}

std::uint64_t LogModel::rowCount() const
{
    return m_words.empty() ? lineCount() : m_matches.size();
}

std::uint64_t LogModel::numberOf(std::uint64_t row) const
{
    return m_words.empty() ? m_store.first() + row : m_matches[row];
}

LogEntry LogModel::row(std::uint64_t row) const
{
    return m_store.at(numberOf(row));
}

void LogModel::setFilter(const QString &words)
{
    std::vector<std::string> wanted;
    for (const auto &word : words.split(u' ', Qt::SkipEmptyParts)) {
        wanted.push_back(utf8(word.toLower()));
    }
    if (wanted == m_words) {
        return;
    }
    m_words = std::move(wanted);
    m_matches.clear();
    m_searched = m_store.first();
    m_words.empty() ? m_slice.stop() : m_slice.start();
    Q_EMIT changed();
}

bool LogModel::fits(const LogEntry &entry) const
{
    return std::all_of(m_words.begin(), m_words.end(), [&entry](const std::string &word) {
        return contains(entry.text, word) || contains(entry.instance, word);
    });
}

void LogModel::searchSlice()
{
    constexpr std::uint64_t kLinesPerLook = 512; // between two looks at the clock
    QElapsedTimer elapsed;
    elapsed.start();
    const auto before = m_matches.size();
    while (m_searched < m_store.end() && elapsed.elapsed() < kSliceMs) {
        const auto until = std::min(m_searched + kLinesPerLook, m_store.end());
        for (; m_searched < until; ++m_searched) {
            if (fits(m_store.at(m_searched))) {
                m_matches.push_back(m_searched);
            }
        }
    }
    const bool done = m_searched >= m_store.end();
    if (done) {
        m_slice.stop();
    }
    if (done || m_matches.size() != before) {
        Q_EMIT changed();
    }
}

} // namespace slipway::models
