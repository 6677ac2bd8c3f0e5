#include "models/hosts/isolation.h"

#include "models/base/words.h"

#include <QCoreApplication>
#include <array>

namespace slipway::models
{

namespace
{

struct Level {
    const char *name; // as hosts say it; shown in the user's language
    Condition condition;
    const char *meaning;
};

// The lowest first.
constexpr std::array<Level, 4> kLevels = {{
    {QT_TRANSLATE_NOOP("Isolation", "no isolation"), Condition::Failed,
     QT_TRANSLATE_NOOP("Isolation", "Programs run as your own user: whatever you can read, change, "
                                    "end or reach, they can.")},
    {QT_TRANSLATE_NOOP("Isolation", "confined"), Condition::Attention,
     QT_TRANSLATE_NOOP("Isolation", "Files and system calls are locked in, but instances share the "
                                    "machine's network and see its processes; memory is limited "
                                    "per process, and processor time is not divided.")},
    {QT_TRANSLATE_NOOP("Isolation", "isolated without limits"), Condition::Attention,
     QT_TRANSLATE_NOOP("Isolation", "Instances cannot reach each other or the machine, but memory "
                                    "and processor time are not divided among them.")},
    {QT_TRANSLATE_NOOP("Isolation", "isolated with limits"), Condition::Ready, ""},
}};

// Unknown words rank lowest: what cannot be read is promised nothing.
std::size_t rankOf(const std::string &name)
{
    for (std::size_t rank = 0; rank < kLevels.size(); ++rank)
        if (name == kLevels[rank].name)
            return rank;
    return 0;
}

bool isUnfit(const v1::Host &host)
{
    return host.state() == v1::Host::Ready && !host.unfit_reason().empty();
}

} // namespace

IsolationSummary isolationOf(const FabricStore &store)
{
    IsolationSummary summary;
    const v1::Host *lowest = nullptr;
    bool any_fit = false;
    for (const auto &[id, host] : store.hosts()) {
        if (isUnfit(*host)) {
            summary.unfit << text(id) + QStringLiteral(": ") + text(host->unfit_reason());
            continue;
        }
        if (host->isolation().empty())
            continue;
        any_fit = true;
        if (lowest == nullptr || rankOf(host->isolation()) < rankOf(lowest->isolation()))
            lowest = host.get();
    }
    if (lowest != nullptr) {
        const Level &level = kLevels[rankOf(lowest->isolation())];
        summary.condition = level.condition;
        summary.level = QCoreApplication::translate("Isolation", lowest->isolation().c_str());
        summary.meaning = QCoreApplication::translate("Isolation", level.meaning);
        summary.advice = text(lowest->isolation_advice());
    }
    if (!any_fit && !summary.unfit.isEmpty())
        summary.condition = Condition::Failed;
    return summary;
}

Condition conditionOf(const v1::Host &host)
{
    return isUnfit(host) ? Condition::Attention : conditionOf(host.state());
}

QString stateWord(const v1::Host &host)
{
    return isUnfit(host) ? QCoreApplication::translate("Isolation", "Takes no instances")
                         : stateWord(host.state());
}

} // namespace slipway::models
