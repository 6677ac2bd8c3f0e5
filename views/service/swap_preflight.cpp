#include "views/service/swap_preflight.h"

#include "models/base/words.h"
#include "models/session/commands.h"

#include <algorithm>

namespace slipway::views
{

using namespace Qt::StringLiterals;

namespace
{

constexpr int kPreflightDelayMs = 150;

} // namespace

SwapPreflight::SwapPreflight(models::Session &session, std::string service, QObject *parent)
    : QObject(parent), m_session(session), m_service(std::move(service))
{
    m_delay.setSingleShot(true);
    m_delay.setInterval(kPreflightDelayMs);
    connect(&m_delay, &QTimer::timeout, this, &SwapPreflight::send);
    connect(&session.store(), &models::FabricStore::changed, this,
            [this](const models::StoreDelta &delta) {
                if (m_watched && concerns(delta)) {
                    ask();
                }
            });
    connect(&session, &models::Session::stateChanged, this, [this] {
        ask();
        Q_EMIT changed();
    });
}

bool SwapPreflight::concerns(const models::StoreDelta &delta) const
{
    const auto &store = m_session.store();
    const auto of_service = [this](const auto &entity) {
        return entity == nullptr || entity->service() == m_service;
    };
    const auto contains = [](const auto &keys, const std::string &key) {
        return std::find(keys.begin(), keys.end(), key) != keys.end();
    };
    return delta.snapshot || contains(delta.services, m_service) ||
           std::any_of(delta.tallied.begin(), delta.tallied.end(),
                       [&](const auto &id) { return of_service(store.deployment(id)); }) ||
           std::any_of(delta.operations.begin(), delta.operations.end(),
                       [&](const auto &id) { return of_service(store.operation(id)); });
}

void SwapPreflight::setWatched(bool watched)
{
    m_watched = watched;
    if (watched) {
        ask();
    } else {
        m_delay.stop();
    }
}

void SwapPreflight::ask()
{
    if (m_watched && !m_delay.isActive()) {
        m_delay.start();
    }
}

void SwapPreflight::send()
{
    const auto service = m_session.store().service(m_service);
    if (service == nullptr || !m_session.isLive()) {
        return;
    }
    m_session.execute(models::commands::swap(*service, true), this,
                      [this, asked = ++m_asked,
                       seen = service->revision()](const Result<v1::CommandReply> &reply) {
                          if (asked == m_asked) {
                              m_seen = reply ? seen : 0;
                              take(reply);
                          }
                      });
}

void SwapPreflight::take(const Result<v1::CommandReply> &reply)
{
    m_checks.clear();
    m_preview.clear();
    m_problem.clear();
    if (reply) {
        m_checks.assign(reply->checks().begin(), reply->checks().end());
        for (const auto &line : reply->preview()) {
            m_preview << models::text(line);
        }
    } else {
        m_problem = models::text(reply.error().message());
    }
    Q_EMIT changed();
}

int SwapPreflight::count(v1::Check::Result result) const
{
    return int(std::count_if(m_checks.begin(), m_checks.end(),
                             [result](const auto &check) { return check.result() == result; }));
}

SwapPreflight::Verdict SwapPreflight::verdict() const
{
    if (m_checks.empty() || !m_session.isLive()) {
        return Verdict::Unknown;
    }
    if (count(v1::Check::FAILED) > 0) {
        return Verdict::Refused;
    }
    return count(v1::Check::WARNED) > 0 ? Verdict::Warned : Verdict::Allowed;
}

QString SwapPreflight::words() const
{
    switch (verdict()) {
    case Verdict::Refused:
        return models::plural(std::uint64_t(count(v1::Check::FAILED)), QT_TR_NOOP("check fails"),
                              QT_TR_NOOP("checks fail"));
    case Verdict::Warned:
        return models::plural(std::uint64_t(count(v1::Check::WARNED)), QT_TR_NOOP("warning"),
                              QT_TR_NOOP("warnings"));
    case Verdict::Allowed:
        return tr("Ready to swap");
    case Verdict::Unknown:
        break;
    }
    return !m_session.isLive()   ? tr("Not connected")
           : m_problem.isEmpty() ? tr("Checking…")
                                 : tr("Not known");
}

QString SwapPreflight::reasons() const
{
    QStringList lines;
    for (const auto &check : m_checks) {
        if (check.result() != v1::Check::PASSED) {
            lines << tr("%1: %2").arg(models::text(check.title()), models::text(check.reason()));
        }
    }
    return m_problem.isEmpty() ? lines.join(u'\n') : m_problem;
}

} // namespace slipway::views
