#include "views/service/instance_details.h"

#include "models/base/words.h"
#include "views/widgets/buttons.h"
#include "views/widgets/label.h"
#include "views/widgets/navigator.h"
#include "views/widgets/plain_tip.h"
#include "views/widgets/state_pill.h"

#include <QGridLayout>

namespace slipway::views
{

using namespace Qt::StringLiterals;

namespace
{

constexpr std::size_t kListedMax = 40;
constexpr int kNameWidth = 112;

} // namespace

InstanceDetails::InstanceDetails(PageContext &context, QWidget *parent)
    : QScrollArea(parent), m_context(context)
{
    setFrameShape(NoFrame);
    setWidgetResizable(true);
    setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
}

void InstanceDetails::show(const std::vector<models::Ref<v1::RoleInstance>> &instances)
{
    if (instances == m_shown && widget() != nullptr) {
        return;
    }
    m_shown = instances;
    auto *content = new QWidget;
    content->setObjectName(u"scrolled"_s);
    m_grid = new QGridLayout(content);
    m_grid->setContentsMargins(0, 0, 8, 0);
    m_grid->setHorizontalSpacing(12);
    m_grid->setVerticalSpacing(10);
    m_grid->setColumnMinimumWidth(0, kNameWidth);
    m_grid->setColumnStretch(1, 1);
    if (instances.size() == 1) {
        showOne(*instances.front());
    } else {
        showSeveral(instances);
    }
    m_grid->setRowStretch(m_grid->rowCount(), 1);
    setWidget(content); // the old one is deleted
}

void InstanceDetails::addLine(const QString &name, QWidget *value)
{
    const int row = m_grid->rowCount();
    m_grid->addWidget(Label::secondary(m_context.theme, TextRole::Body, name), row, 0,
                      Qt::AlignTop);
    m_grid->addWidget(value, row, 1, Qt::AlignTop);
}

void InstanceDetails::addLine(const QString &name, const QString &value)
{
    auto *label = new Label(m_context.theme, TextRole::Body, value.isEmpty() ? u"–"_s : value);
    label->setWordWrap(true);
    label->setTextInteractionFlags(Qt::TextSelectableByMouse);
    addLine(name, label);
}

void InstanceDetails::showOne(const v1::RoleInstance &instance)
{
    const auto since = tr("%1, since %2")
                           .arg(models::text(v1::RoleInstance::State_Name(instance.state())),
                                models::dateTimeWords(instance.state_time_ms()));
    addLine(tr("State"), since);
    if (!instance.reason().empty()) {
        addLine(tr("Reason"), models::text(instance.reason()));
    }
    if (!instance.error_code().empty()) {
        addLine(tr("Error code"), models::text(instance.error_code()));
    }
    if (instance.next_start_time_ms() > 0) {
        addLine(tr("Next start"), models::timeWords(instance.next_start_time_ms()));
    }
    addPlacement(instance);
    addProcesses(instance);
    for (const auto &warning : instance.warnings()) {
        addLine(tr("Warning"), models::text(warning));
    }
}

void InstanceDetails::addPlacement(const v1::RoleInstance &instance)
{
    addLine(tr("Role"), models::text(instance.role()));
    const auto *size = m_context.session.size(instance.size());
    addLine(tr("Size"), size == nullptr ? models::text(instance.size())
                                        : tr("%1: %2, %3")
                                              .arg(models::text(instance.size()),
                                                   models::plural(size->cores(), "core", "cores"),
                                                   models::bytesWords(size->memory_bytes())));
    if (instance.host().empty()) {
        addLine(tr("Host"), tr("not placed"));
    } else {
        auto *host = makeButton(m_context.theme, ButtonKind::Link, models::text(instance.host()));
        host->setObjectName(u"openHost"_s);
        host->setProperty("flush", true);
        host->setToolTip(tr("Show this host"));
        host->setSizePolicy(QSizePolicy::Maximum, QSizePolicy::Fixed);
        connect(host, &QPushButton::clicked, this,
                [this, id = models::text(instance.host())] { m_context.navigator.openHost(id); });
        addLine(tr("Host"), host);
    }
    addLine(tr("Domains"), tr("fault domain %1, update domain %2")
                               .arg(instance.fault_domain())
                               .arg(instance.update_domain()));
    addLine(tr("Isolation"), models::text(instance.isolation()));
}

void InstanceDetails::addProcesses(const v1::RoleInstance &instance)
{
    const auto pid = [](std::int32_t id) { return id == 0 ? u"–"_s : QString::number(id); };
    addLine(tr("Restarts"), models::countWords(instance.restarts()));
    addLine(tr("Ready since"), instance.ready_time_ms() == 0
                                   ? QString()
                                   : models::dateTimeWords(instance.ready_time_ms()));
    addLine(tr("Created"), models::dateTimeWords(instance.create_time_ms()));
    addLine(tr("Processes"),
            tr("agent %1, program %2").arg(pid(instance.agent_pid()), pid(instance.program_pid())));
    for (const auto &target : instance.targets()) {
        addLine(tr("Endpoint %1").arg(models::text(target.endpoint())),
                models::text(target.target()));
    }
}

void InstanceDetails::showSeveral(const std::vector<models::Ref<v1::RoleInstance>> &instances)
{
    for (std::size_t i = 0; i < instances.size() && i < kListedMax; ++i) {
        const auto &instance = *instances[i];
        auto *pill = new StatePill(m_context.theme);
        pill->setState(models::conditionOf(instance.state()), models::stateWord(instance.state()));
        pill->setToolTip(plainTip(models::text(instance.reason())));
        pill->setSizePolicy(QSizePolicy::Maximum, QSizePolicy::Fixed);
        addLine(models::text(instance.name()), pill);
    }
    if (instances.size() > kListedMax) {
        addLine({}, tr("and %1 more").arg(instances.size() - kListedMax));
    }
}

} // namespace slipway::views
