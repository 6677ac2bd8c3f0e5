#include "models/base/condition.h"

#include <QCoreApplication>
#include <QStringList>

namespace slipway::models
{

using namespace Qt::StringLiterals;

namespace
{

using Instance = v1::RoleInstance;

QString tr(const char *text)
{
    return QCoreApplication::translate("Condition", text);
}

const char *instanceWord(Instance::State state)
{
    switch (state) {
    case Instance::CreatingVM:
    case Instance::CreatingRole:
        return QT_TRANSLATE_NOOP("Condition", "Creating");
    case Instance::StartingVM:
    case Instance::StartingRole:
        return QT_TRANSLATE_NOOP("Condition", "Starting");
    case Instance::ReadyRole:
        return QT_TRANSLATE_NOOP("Condition", "Ready");
    case Instance::BusyRole:
        return QT_TRANSLATE_NOOP("Condition", "Busy");
    case Instance::StoppingRole:
    case Instance::StoppingVM:
        return QT_TRANSLATE_NOOP("Condition", "Stopping");
    case Instance::DeletingVM:
        return QT_TRANSLATE_NOOP("Condition", "Deleting");
    case Instance::StoppedVM:
        return QT_TRANSLATE_NOOP("Condition", "Stopped");
    case Instance::RestartingRole:
        return QT_TRANSLATE_NOOP("Condition", "Restarting");
    case Instance::CyclingRole:
        return QT_TRANSLATE_NOOP("Condition", "Cycling");
    case Instance::FailedStartingRole:
    case Instance::FailedStartingVM:
        return QT_TRANSLATE_NOOP("Condition", "Failed to start");
    case Instance::UnresponsiveRole:
        return QT_TRANSLATE_NOOP("Condition", "Unresponsive");
    default:
        return QT_TRANSLATE_NOOP("Condition", "Unknown");
    }
}

// "1 cycling, 2 starting", worst first; states with the same word are one entry.
QString countsBesideReady(const Tally &tally)
{
    static constexpr Instance::State kWorstFirst[] = {
        Instance::CyclingRole,      Instance::FailedStartingRole, Instance::FailedStartingVM,
        Instance::UnresponsiveRole, Instance::RoleStateUnknown,   Instance::RestartingRole,
        Instance::StartingRole,     Instance::StartingVM,         Instance::CreatingVM,
        Instance::CreatingRole,     Instance::BusyRole,           Instance::StoppingRole,
        Instance::StoppingVM,       Instance::DeletingVM,         Instance::StoppedVM};
    QStringList words;
    QList<std::uint32_t> counts;
    for (const auto state : kWorstFirst) {
        if (tally.of(state) == 0) {
            continue;
        }
        const auto word = stateWord(state).toLower();
        const auto known = words.indexOf(word);
        if (known >= 0) {
            counts[known] += tally.of(state);
        } else {
            words << word;
            counts << tally.of(state);
        }
    }
    for (qsizetype i = 0; i < words.size(); ++i) {
        words[i] = QString::number(counts[i]) + u' ' + words[i];
    }
    return words.join(u", "_s);
}

std::uint32_t countOf(const Tally &tally, Condition condition)
{
    std::uint32_t count = 0;
    for (std::size_t state = 0; state < tally.by_state.size(); ++state) {
        if (conditionOf(static_cast<Instance::State>(state)) == condition) {
            count += tally.by_state[state];
        }
    }
    return count;
}

Health said(Condition condition, const char *word, const QString &counts)
{
    const auto text = tr(word);
    return {condition, counts.isEmpty() ? text : QString(text + u": "_s + counts), text};
}

} // namespace

Condition conditionOf(v1::RoleInstance::State state)
{
    switch (state) {
    case Instance::ReadyRole:
        return Condition::Ready;
    case Instance::StoppedVM:
        return Condition::Stopped;
    case Instance::CyclingRole:
    case Instance::FailedStartingRole:
    case Instance::FailedStartingVM:
    case Instance::UnresponsiveRole:
        return Condition::Failed;
    case Instance::RoleStateUnknown:
        return Condition::Attention;
    default:
        return Condition::OnItsWay;
    }
}

Condition conditionOf(v1::Deployment::Status status)
{
    switch (status) {
    case v1::Deployment::Running:
        return Condition::Ready;
    case v1::Deployment::Suspended:
        return Condition::Stopped;
    case v1::Deployment::STATUS_UNSPECIFIED:
        return Condition::Attention;
    default:
        return Condition::OnItsWay;
    }
}

Condition conditionOf(v1::Host::State state)
{
    switch (state) {
    case v1::Host::Ready:
        return Condition::Ready;
    case v1::Host::Starting:
        return Condition::OnItsWay;
    case v1::Host::Lost:
        return Condition::Failed;
    case v1::Host::Stopped:
        return Condition::Stopped;
    default:
        return Condition::Attention;
    }
}

Condition conditionOf(v1::Operation::State state)
{
    switch (state) {
    case v1::Operation::Running:
        return Condition::OnItsWay;
    case v1::Operation::Succeeded:
        return Condition::Ready;
    case v1::Operation::Failed:
        return Condition::Failed;
    case v1::Operation::Cancelled:
        return Condition::Stopped;
    default:
        return Condition::Attention;
    }
}

Condition conditionOf(v1::Severity severity)
{
    switch (severity) {
    case v1::WARNING:
        return Condition::Attention;
    case v1::ERROR:
        return Condition::Failed;
    default:
        return Condition::Ready;
    }
}

Condition conditionOf(v1::Check::Result result)
{
    switch (result) {
    case v1::Check::PASSED:
        return Condition::Ready;
    case v1::Check::FAILED:
        return Condition::Failed;
    default:
        return Condition::Attention;
    }
}

QString stateWord(v1::RoleInstance::State state)
{
    return tr(instanceWord(state));
}

QString stateWord(v1::Deployment::Status status)
{
    switch (status) {
    case v1::Deployment::Running:
        return tr("Running");
    case v1::Deployment::Suspended:
        return tr("Stopped");
    case v1::Deployment::RunningTransitioning:
    case v1::Deployment::SuspendedTransitioning:
        return tr("Changing");
    case v1::Deployment::Starting:
        return tr("Starting");
    case v1::Deployment::Suspending:
        return tr("Stopping");
    case v1::Deployment::Deploying:
        return tr("Deploying");
    case v1::Deployment::Deleting:
        return tr("Deleting");
    default:
        return tr("Unknown");
    }
}

QString stateWord(v1::Host::State state)
{
    switch (state) {
    case v1::Host::Ready:
        return tr("Ready");
    case v1::Host::Starting:
        return tr("Starting");
    case v1::Host::Lost:
        return tr("Lost");
    case v1::Host::Stopped:
        return tr("Stopped");
    default:
        return tr("Unknown");
    }
}

QString stateWord(v1::Operation::State state)
{
    switch (state) {
    case v1::Operation::Running:
        return tr("Running");
    case v1::Operation::Succeeded:
        return tr("Done");
    case v1::Operation::Failed:
        return tr("Failed");
    case v1::Operation::Cancelled:
        return tr("Cancelled");
    default:
        return tr("Unknown");
    }
}

QString slotWord(v1::SlotKind slot)
{
    switch (slot) {
    case v1::PRODUCTION:
        return tr("Production");
    case v1::STAGING:
        return tr("Staging");
    default:
        return {};
    }
}

QString protocolWord(v1::Protocol protocol)
{
    switch (protocol) {
    case v1::HTTP:
        return u"http"_s;
    case v1::HTTPS:
        return u"https"_s;
    case v1::TCP:
        return u"tcp"_s;
    case v1::UDP:
        return u"udp"_s;
    default:
        return u"any"_s;
    }
}

void Tally::add(v1::RoleInstance::State state)
{
    ++by_state[static_cast<std::size_t>(state) % by_state.size()];
    ++total;
}

void Tally::remove(v1::RoleInstance::State state)
{
    --by_state[static_cast<std::size_t>(state) % by_state.size()];
    --total;
}

std::uint32_t Tally::of(v1::RoleInstance::State state) const
{
    return by_state[static_cast<std::size_t>(state) % by_state.size()];
}

Tally &Tally::operator+=(const Tally &other)
{
    for (std::size_t i = 0; i < by_state.size(); ++i) {
        by_state[i] += other.by_state[i];
    }
    total += other.total;
    return *this;
}

Health healthOf(const Tally &tally)
{
    if (tally.total == 0) {
        return said(Condition::Stopped, QT_TRANSLATE_NOOP("Condition", "No instances"), {});
    }
    if (tally.ready() == tally.total) {
        return said(Condition::Ready, QT_TRANSLATE_NOOP("Condition", "Ready"), {});
    }
    if (countOf(tally, Condition::Stopped) == tally.total) {
        return said(Condition::Stopped, QT_TRANSLATE_NOOP("Condition", "Stopped"), {});
    }
    const auto counts = countsBesideReady(tally);
    const auto failed =
        countOf(tally, Condition::Failed) + countOf(tally, Condition::Attention) > 0;
    if (failed && tally.ready() == 0) {
        return said(Condition::Failed, QT_TRANSLATE_NOOP("Condition", "Down"), counts);
    }
    if (failed) {
        return said(Condition::Attention, QT_TRANSLATE_NOOP("Condition", "Degraded"), counts);
    }
    return said(Condition::OnItsWay, QT_TRANSLATE_NOOP("Condition", "Changing"), counts);
}

} // namespace slipway::models
