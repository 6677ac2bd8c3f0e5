// Asks the fabric again and again whether the slots may be swapped, while somebody looks.
#pragma once

#include "models/session/session.h"

#include <QObject>
#include <QTimer>
#include <vector>

namespace slipway::views
{

class SwapPreflight : public QObject
{
    Q_OBJECT

public:
    enum class Verdict { Unknown, Allowed, Warned, Refused };

    SwapPreflight(models::Session &session, std::string service, QObject *parent = nullptr);

    // While watched it asks anew whenever something of the service changes.
    void setWatched(bool watched);
    void ask(); // a little later; many calls are one question

    Verdict verdict() const;
    const std::vector<v1::Check> &checks() const { return m_checks; } // all nine, once answered
    const QStringList &preview() const { return m_preview; }
    QString problem() const { return m_problem; }         // why the question found no answer
    std::uint64_t seenRevision() const { return m_seen; } // of the service that was judged; 0: none
    QString words() const;                                // "1 check fails", "Ready to swap"
    QString reasons() const;                              // what fails or warns, a line each

Q_SIGNALS:
    void changed();

private:
    bool concerns(const models::StoreDelta &delta) const;
    void send();
    void take(const Result<v1::CommandReply> &reply);
    int count(v1::Check::Result result) const;

    models::Session &m_session;
    std::string m_service;
    bool m_watched = false;
    std::vector<v1::Check> m_checks;
    QStringList m_preview;
    QString m_problem;
    std::uint64_t m_seen = 0;
    std::uint64_t m_asked = 0; // answers to older questions do not count
    QTimer m_delay;
};

} // namespace slipway::views
