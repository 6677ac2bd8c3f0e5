#include "views/settings/fabric_card.h"

#include "models/base/words.h"
#include "views/widgets/buttons.h"

#include <QCheckBox>
#include <QSignalBlocker>
#include <QSpinBox>
#include <QVBoxLayout>
#include <QWheelEvent>

namespace slipway::views
{

using namespace Qt::StringLiterals;

namespace
{

constexpr int kBoxWidth = 136;
constexpr std::uint64_t kMegabyte = 1024 * 1024;
constexpr std::uint64_t kGigabyte = 1024 * kMegabyte;
constexpr int kHour_s = 3600;

// The wheel scrolls the page and must not change what lies under the mouse.
class CalmSpinBox : public QSpinBox
{
public:
    using QSpinBox::QSpinBox;

protected:
    void wheelEvent(QWheelEvent *event) override { event->ignore(); }
};

} // namespace

FabricCard::FabricCard(const Theme &theme, SettingsDraft &draft)
    : Card(theme, tr("Fabric")), m_theme(theme), m_draft(draft)
{
    addTimes();
    addCrashRules();
    addHosts();
    addHistory();
    addIsolation();
    connect(&draft, &SettingsDraft::reloaded, this, &FabricCard::reload);
    reload();
}

void FabricCard::addHeading(const QString &title, const QString &note)
{
    if (!m_fields.isEmpty()) {
        body()->addSpacing(4);
        body()->addWidget(makeLine());
        body()->addSpacing(4);
    }
    body()->addWidget(Label::secondary(m_theme, TextRole::Overline, title.toUpper()));
    if (!note.isEmpty()) {
        auto *label = Label::secondary(m_theme, TextRole::Body, note);
        label->setWordWrap(true);
        body()->addWidget(label);
    }
}

FabricCard::Field &FabricCard::add(const Text &text, std::function<int(const v1::Settings &)> read,
                                   std::function<void(v1::Settings &, int)> write)
{
    auto *box = new CalmSpinBox;
    box->setObjectName(text.object);
    box->setRange(text.lowest, text.highest);
    box->setSuffix(text.unit.isEmpty() ? QString() : u' ' + text.unit);
    box->setFixedWidth(kBoxWidth);
    box->setGroupSeparatorShown(true);
    box->setKeyboardTracking(true);
    box->setFocusPolicy(Qt::StrongFocus);
    auto *row = new SettingRow(m_theme, text.name, text.meaning, box);
    body()->addWidget(row);
    connect(box, &QSpinBox::valueChanged, this, [this, write](int value) {
        m_draft.edit([&](v1::Settings &settings) { write(settings, value); });
        validate();
    });
    m_fields.append({box, row, std::move(read), std::move(write)});
    return m_fields.last();
}

void FabricCard::addTimes()
{
    addHeading(tr("Stopping and logs"), {});
    add(
        {u"drainLimit"_s, tr("Drain limit"),
         tr("How long open requests may go on when an instance leaves the load balancer"), tr("s"),
         0, kHour_s},
        [](const v1::Settings &s) { return int(s.drain_limit_ms() / 1000); },
        [](v1::Settings &s, int value) { s.set_drain_limit_ms(std::uint32_t(value) * 1000); });
    add(
        {u"stopGrace"_s, tr("Stop time when a person asks"),
         tr("Between SIGTERM and SIGKILL after Stop, Reboot, Reimage, or Delete"), tr("s"), 0,
         kHour_s},
        [](const v1::Settings &s) { return int(s.stop_grace_ms() / 1000); },
        [](v1::Settings &s, int value) { s.set_stop_grace_ms(std::uint32_t(value) * 1000); });
    add(
        {u"fabricStopGrace"_s, tr("Stop time when the fabric decides"),
         tr("The same for what the fabric does by itself: scaling in, resizing, moving"), tr("s"),
         0, kHour_s},
        [](const v1::Settings &s) { return int(s.fabric_stop_grace_ms() / 1000); },
        [](v1::Settings &s, int value) {
            s.set_fabric_stop_grace_ms(std::uint32_t(value) * 1000);
        });
    add(
        {u"logLimit"_s, tr("Log kept per instance"),
         tr("Standard output and error; the oldest lines go first"), tr("MB"), 1, 10'000},
        [](const v1::Settings &s) { return int(s.log_limit_bytes() / kMegabyte); },
        [](v1::Settings &s, int value) {
            s.set_log_limit_bytes(std::uint64_t(value) * kMegabyte);
        });
}

void FabricCard::addCrashRules()
{
    addHeading(tr("Crashes"), {});
    add(
        {u"crashLimit"_s,
         tr("Ends until an instance counts as cycling"),
         tr("A cycling instance is started again after growing pauses"),
         {},
         1,
         1000},
        [](const v1::Settings &s) { return int(s.crash_limit()); },
        [](v1::Settings &s, int value) { s.set_crash_limit(std::uint32_t(value)); });
    add(
        {u"crashWindow"_s, tr("Within"), tr("Ends that lie further back are forgotten"), tr("min"),
         1, 24 * 60},
        [](const v1::Settings &s) { return int(s.crash_window_ms() / 60'000); },
        [](v1::Settings &s, int value) { s.set_crash_window_ms(std::uint32_t(value) * 60'000); });
    add(
        {u"readyLeast"_s, tr("An operation is done when instances stay ready for"),
         tr("Without a restart; 0 ends it as soon as they are ready"), tr("s"), 0, kHour_s},
        [](const v1::Settings &s) { return int(s.ready_least_ms() / 1000); },
        [](v1::Settings &s, int value) { s.set_ready_least_ms(std::uint32_t(value) * 1000); });
    add(
        {u"hostRejoin"_s, tr("A lost host comes back after"),
         tr("Empty; its instances run on other hosts by then. Up to 5 s, the instances of hosts "
            "that are lost together wait for them"),
         tr("s"), 1, kHour_s},
        [](const v1::Settings &s) { return int(s.host_rejoin_ms() / 1000); },
        [](v1::Settings &s, int value) { s.set_host_rejoin_ms(std::uint32_t(value) * 1000); });
}

void FabricCard::addHosts()
{
    addHeading(tr("Hosts"),
               tr("In force at once. A host that is taken away is emptied first: its instances "
                  "move, with fresh disks. Hosts that hold instances keep their fault domain."));
    add(
        {u"hostCount"_s, tr("Hosts"), tr("Processes that stand for machines"), {}, 1, 1000},
        [](const v1::Settings &s) { return int(s.host_count()); },
        [](v1::Settings &s, int value) { s.set_host_count(std::uint32_t(value)); });
    m_fault_domains =
        add(
            {u"faultDomains"_s,
             tr("Fault domains"),
             tr("The instances of a role are spread over them"),
             {},
             1,
             1000},
            [](const v1::Settings &s) { return int(s.fault_domain_count()); },
            [](v1::Settings &s, int value) { s.set_fault_domain_count(std::uint32_t(value)); })
            .row;
    add(
        {u"hostCores"_s,
         tr("Cores per host"),
         tr("Nominal: placement counts them, whatever the machine really has"),
         {},
         1,
         1024},
        [](const v1::Settings &s) { return int(s.host_cores()); },
        [](v1::Settings &s, int value) { s.set_host_cores(std::uint32_t(value)); });
    add(
        {u"hostMemory"_s, tr("Memory per host"), tr("Nominal as well"), tr("GB"), 1, 16'384},
        [](const v1::Settings &s) { return int(s.host_memory_bytes() / kGigabyte); },
        [](v1::Settings &s, int value) {
            s.set_host_memory_bytes(std::uint64_t(value) * kGigabyte);
        });
}

void FabricCard::addHistory()
{
    addHeading(tr("History"), tr("The oldest go first. A snapshot is a copy of everything that the "
                                 "fabric knows, made every hour while it runs."));
    add(
        {u"historyDays"_s, tr("Events and ended operations kept"),
         tr("What is older is removed from Activity"), tr("days"), 1, 3650},
        [](const v1::Settings &s) { return int(s.history_days()); },
        [](v1::Settings &s, int value) { s.set_history_days(std::uint32_t(value)); });
    add(
        {u"historyRows"_s,
         tr("At most so many of each"),
         tr("Bounds the store's size"),
         {},
         1'000,
         10'000'000},
        [](const v1::Settings &s) { return int(s.history_rows()); },
        [](v1::Settings &s, int value) { s.set_history_rows(std::uint32_t(value)); });
    add(
        {u"snapshotsKept"_s,
         tr("Snapshots kept"),
         tr("In the data folder, to be restored from"),
         {},
         1,
         1'000},
        [](const v1::Settings &s) { return int(s.snapshots_kept()); },
        [](v1::Settings &s, int value) { s.set_snapshots_kept(std::uint32_t(value)); });
}

void FabricCard::addIsolation()
{
    addHeading(tr("Isolation"), {});
    m_no_isolation = new QCheckBox;
    m_no_isolation->setObjectName(u"acceptNoIsolation"_s);
    body()->addWidget(new SettingRow(
        m_theme, tr("Run programs without isolation where nothing better can be had"),
        tr("Only for packages that you trust as you trust yourself: such a program can read and "
           "change whatever your user can, see your other programs, and reach every network that "
           "this machine reaches. Where sandboxes work this changes nothing."),
        m_no_isolation));
    connect(m_no_isolation, &QCheckBox::toggled, this, [this](bool accepted) {
        m_draft.edit(
            [accepted](v1::Settings &settings) { settings.set_accept_no_isolation(accepted); });
    });
}

void FabricCard::reload()
{
    for (const auto &field : std::as_const(m_fields)) {
        const QSignalBlocker blocker(field.box);
        field.box->setValue(field.read(m_draft.value()));
        field.box->setEnabled(m_draft.isKnown());
    }
    const QSignalBlocker blocker(m_no_isolation);
    m_no_isolation->setChecked(m_draft.value().accept_no_isolation());
    m_no_isolation->setEnabled(m_draft.isKnown());
    validate();
}

void FabricCard::validate()
{
    const auto &wanted = m_draft.value();
    const bool too_many = m_draft.isKnown() && wanted.fault_domain_count() > wanted.host_count();
    const auto problem =
        too_many ? tr("There cannot be more fault domains than hosts (%1)").arg(wanted.host_count())
                 : QString();
    m_fault_domains->setProblem(problem);
    m_draft.setProblem(u"faultDomains"_s, problem);
}

} // namespace slipway::views
