// A deployment as it is being filled in: asks the fabric what it would do, and finds out which
// consents it needs by assuming them one after the other.
#pragma once

#include "models/session/session.h"

#include <QObject>
#include <QTimer>
#include <map>
#include <set>

namespace slipway::views
{

enum class Consent { Replace, SizeChange, SingleInstance };

class DeployDraft : public QObject
{
    Q_OBJECT

public:
    DeployDraft(models::Session &session, const std::string &service, QObject *parent = nullptr);

    const v1::Deploy &wanted() const { return m_wanted; }
    void setSlot(v1::SlotKind slot);
    void setPackage(const std::string &digest); // empty: none
    void setConfiguration(const std::string &xml, const std::string &file_name);
    void setLabel(const std::string &label); // changes nothing that has to be checked
    void setStart(bool start);
    void setConsent(Consent consent, bool given);

    // What the fabric wants to be agreed to, with its words.
    const std::map<Consent, v1::Error> &needed() const { return m_needed; }
    bool isGiven(Consent consent) const { return m_given.contains(consent); }
    const v1::Error &error() const { return m_error; } // what stands in the way
    const QStringList &preview() const { return m_preview; }
    const std::vector<v1::Problem> &problems() const { return m_problems; }
    bool isChecking() const { return m_checking; }
    bool isReady() const; // it may be deployed
    v1::Command command() const;
    void check(); // a little later; many calls are one question
    void forgetConsents();

Q_SIGNALS:
    void changed();

private:
    void begin();
    void ask(std::set<Consent> assumed);
    void take(const std::set<Consent> &assumed, const Result<v1::CommandReply> &reply);
    v1::Command commandWith(const std::set<Consent> &consents) const;

    models::Session &m_session;
    v1::Deploy m_wanted;
    std::set<Consent> m_given;
    std::map<Consent, v1::Error> m_needed;
    std::map<Consent, v1::Error> m_found; // while asking
    v1::Error m_error;
    QStringList m_preview;
    std::vector<v1::Problem> m_problems;
    bool m_checking = false;
    bool m_checked = false;
    std::uint64_t m_asked = 0;
    QTimer m_delay;
};

} // namespace slipway::views
