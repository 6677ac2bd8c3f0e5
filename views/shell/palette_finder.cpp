#include "views/shell/palette_finder.h"

#include "models/base/words.h"

#include <QAction>
#include <QCoreApplication>
#include <QPointer>
#include <algorithm>

namespace slipway::views
{

using namespace Qt::StringLiterals;

namespace
{

constexpr qsizetype kFoundMax = 40;
constexpr int kInstancesLookedAt = 20'000; // typing must not wait for a huge fabric

QString tr(const char *source)
{
    return QCoreApplication::translate("CommandPalette", source);
}

struct Found {
    int score;
    PaletteEntry entry;
};

class Finder
{
public:
    explicit Finder(const QString &words) : m_words(words) {}

    bool fits(const QString &text) const { return fitness(text, m_words) > 0; }
    void offer(const QString &text, const QString &hint, const QString &icon,
               std::function<void()> run, int bonus = 0)
    {
        if (const int score = fitness(text, m_words)) {
            m_found.push_back({score + bonus, {text, hint, icon, std::move(run)}});
        }
    }
    QList<PaletteEntry> best()
    {
        std::stable_sort(m_found.begin(), m_found.end(),
                         [](const Found &a, const Found &b) { return a.score > b.score; });
        QList<PaletteEntry> entries;
        for (auto &found : m_found) {
            if (entries.size() < kFoundMax) {
                entries << std::move(found.entry);
            }
        }
        return entries;
    }

private:
    QString m_words;
    std::vector<Found> m_found;
};

// Both slots of a service have instances of the same names.
QString whereabouts(const v1::RoleInstance &instance, const models::FabricStore &store)
{
    const auto deployment = store.deployment(instance.deployment_id());
    const auto service = models::text(instance.service());
    return deployment == nullptr
               ? service
               : tr("%1, %2").arg(service, models::slotWord(deployment->slot()).toLower());
}

void offerInstances(Finder &finder, const models::FabricStore &store, Navigator &navigator)
{
    int looked_at = 0;
    for (const auto &[id, instance] : store.instances()) {
        if (++looked_at > kInstancesLookedAt) {
            return;
        }
        const auto name = models::text(id.name);
        if (finder.fits(name)) {
            finder.offer(name, whereabouts(*instance, store), u"instance"_s,
                         [&navigator, id = id] { navigator.openInstance(id); });
        }
    }
}

} // namespace

QList<PaletteEntry> findEntries(const QString &words, const PageFactory &pages, const Page *page,
                                const QList<PaletteCommand> &commands,
                                const models::FabricStore &store, Navigator &navigator)
{
    Finder finder(words);
    if (page != nullptr) {
        for (auto *action : page->pageActions()) {
            if (action->isEnabled()) {
                finder.offer(
                    action->text().remove(u'&'), action->shortcut().toString(), u"play"_s,
                    [action = QPointer<QAction>(action)] {
                        if (action != nullptr) {
                            action->trigger();
                        }
                    },
                    8);
            }
        }
    }
    for (const auto &entry : pages) {
        if (entry.in_navigation) {
            finder.offer(
                entry.title, tr("Page"), entry.icon,
                [&navigator, id = entry.id] {
                    navigator.open({id, {}, {}});
                },
                4);
        }
    }
    for (const auto &[name, service] : store.services()) {
        const auto shown = models::text(name);
        finder.offer(
            shown, tr("Service"), u"services"_s,
            [&navigator, shown] { navigator.openService(shown); }, 6);
    }
    for (const auto &command : commands) {
        finder.offer(command.text, command.hint, command.icon, command.run, 2);
    }
    if (!words.isEmpty()) {
        for (const auto &[id, host] : store.hosts()) {
            const auto shown = models::text(id);
            finder.offer(shown, tr("Host"), u"hosts"_s,
                         [&navigator, shown] { navigator.openHost(shown); });
        }
        offerInstances(finder, store, navigator);
    }
    return finder.best();
}

} // namespace slipway::views
