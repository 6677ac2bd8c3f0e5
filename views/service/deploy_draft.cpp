#include "views/service/deploy_draft.h"

#include "models/base/words.h"
#include "models/session/commands.h"

#include <optional>

namespace slipway::views
{

namespace
{

constexpr int kDelayMs = 200;

std::optional<Consent> consentFor(const v1::Error &error)
{
    if (error.reason() == "SLOT_OCCUPIED") {
        return Consent::Replace;
    }
    if (error.reason() == "SIZE_OR_ROLES_CHANGED") {
        return Consent::SizeChange;
    }
    if (error.reason() == "SINGLE_INSTANCE_ROLE") {
        return Consent::SingleInstance;
    }
    return std::nullopt;
}

} // namespace

DeployDraft::DeployDraft(models::Session &session, const std::string &service, QObject *parent)
    : QObject(parent), m_session(session)
{
    m_wanted.set_service(service);
    m_wanted.set_slot(v1::STAGING);
    m_delay.setSingleShot(true);
    m_delay.setInterval(kDelayMs);
    connect(&m_delay, &QTimer::timeout, this, &DeployDraft::begin);
}

void DeployDraft::setSlot(v1::SlotKind slot)
{
    if (m_wanted.slot() != slot) {
        m_wanted.set_slot(slot);
        m_given.erase(Consent::Replace); // it was given for the other slot
        m_given.erase(Consent::SizeChange);
        check();
    }
}

void DeployDraft::setPackage(const std::string &digest)
{
    if (m_wanted.package_digest() != digest) {
        m_wanted.set_package_digest(digest);
        m_given.clear();
        check();
    }
}

void DeployDraft::setConfiguration(const std::string &xml, const std::string &file_name)
{
    m_wanted.set_configuration_xml(xml);
    m_wanted.set_configuration_name(file_name);
    check();
}

void DeployDraft::setLabel(const std::string &label)
{
    m_wanted.set_label(label);
}

void DeployDraft::setStart(bool start)
{
    m_wanted.set_no_start(!start);
    check();
}

void DeployDraft::setConsent(Consent consent, bool given)
{
    if (given) {
        m_given.insert(consent);
    } else {
        m_given.erase(consent);
    }
    Q_EMIT changed();
}

void DeployDraft::forgetConsents()
{
    m_given.clear();
    m_needed.clear();
}

void DeployDraft::check()
{
    ++m_asked; // what is on its way answers an older draft
    m_checked = false;
    m_checking = !m_wanted.package_digest().empty();
    if (m_checking) {
        m_delay.start();
    } else {
        m_needed.clear();
        m_preview.clear();
        m_problems.clear();
        m_error.Clear();
    }
    Q_EMIT changed();
}

void DeployDraft::begin()
{
    m_found.clear();
    ask({});
}

v1::Command DeployDraft::commandWith(const std::set<Consent> &consents) const
{
    auto body = m_wanted;
    body.set_replace(consents.contains(Consent::Replace));
    body.set_allow_size_change(consents.contains(Consent::SizeChange));
    body.set_accept_single_instance(consents.contains(Consent::SingleInstance));
    return models::commands::deploy(std::move(body));
}

v1::Command DeployDraft::command() const
{
    return commandWith(m_given);
}

void DeployDraft::ask(std::set<Consent> assumed)
{
    auto command = commandWith(assumed);
    command.set_validate_only(true);
    m_session.execute(std::move(command), this,
                      [this, assumed, asked = m_asked](const Result<v1::CommandReply> &reply) {
                          if (asked == m_asked) {
                              take(assumed, reply);
                          }
                      });
}

// Each refusal names one consent; with it assumed the next question finds the next one.
void DeployDraft::take(const std::set<Consent> &assumed, const Result<v1::CommandReply> &reply)
{
    const auto consent = reply ? std::nullopt : consentFor(reply.error());
    if (consent && !assumed.contains(*consent)) {
        m_found[*consent] = reply.error();
        auto more = assumed;
        more.insert(*consent);
        ask(more);
        return;
    }
    m_needed = m_found;
    m_checking = false;
    m_checked = true;
    m_preview.clear();
    m_problems.clear();
    m_error.Clear();
    if (reply) {
        m_problems.assign(reply->problems().begin(), reply->problems().end());
        for (const auto &line : reply->preview()) {
            m_preview << models::text(line);
        }
    } else {
        m_error = reply.error();
        m_problems.assign(m_error.problems().begin(), m_error.problems().end());
    }
    Q_EMIT changed();
}

bool DeployDraft::isReady() const
{
    for (const auto &[consent, error] : m_needed) {
        if (!m_given.contains(consent)) {
            return false;
        }
    }
    return m_checked && m_error.message().empty() && m_session.isLive();
}

} // namespace slipway::views
