#include "views/packages/role_section.h"

#include "models/base/words.h"

#include <QVBoxLayout>
#include <algorithm>

namespace slipway::views
{

using namespace Qt::StringLiterals;
using models::text;

namespace
{

QString kindWord(v1::RoleDefinition::Kind kind)
{
    switch (kind) {
    case v1::RoleDefinition::WEB:
        return QObject::tr("Web role");
    case v1::RoleDefinition::WORKER:
        return QObject::tr("Worker role");
    case v1::RoleDefinition::VIRTUAL_MACHINE:
        return QObject::tr("Virtual machine role (not run)");
    default:
        return QObject::tr("Role");
    }
}

QString reachWord(v1::Endpoint::Kind kind)
{
    switch (kind) {
    case v1::Endpoint::INPUT:
        return QObject::tr("public");
    case v1::Endpoint::INSTANCE_INPUT:
        return QObject::tr("public, one port per instance");
    default:
        return QObject::tr("internal");
    }
}

QString portWords(const v1::Endpoint &endpoint)
{
    if (endpoint.port() > 0) {
        return QObject::tr("port %1").arg(endpoint.port());
    }
    if (endpoint.port_max() > 0) {
        return QObject::tr("ports %1–%2").arg(endpoint.port_min()).arg(endpoint.port_max());
    }
    return QObject::tr("any port");
}

template <typename Items> QString namesOf(const Items &items)
{
    QStringList names;
    for (const auto &item : items) {
        names << text(item.name());
    }
    return names.join(u", "_s);
}

QString taskWords(const v1::StartupTask &task)
{
    static const char *const kTypes[] = {QT_TR_NOOP("before the role"),
                                         QT_TR_NOOP("in the background"),
                                         QT_TR_NOOP("in the foreground")};
    return QObject::tr("%1 (%2)").arg(text(task.command_line()),
                                      QObject::tr(kTypes[std::clamp(int(task.type()), 0, 2)]));
}

QString settingWords(const std::string &name, const v1::RoleConfiguration *configuration)
{
    if (configuration != nullptr) {
        for (const auto &setting : configuration->settings()) {
            if (setting.name() == name) {
                return text(name) + u" = "_s + text(setting.value());
            }
        }
    }
    return text(name);
}

const v1::RoleConfiguration *configurationOf(const std::string &role,
                                             const v1::ServiceConfiguration &configuration)
{
    for (const auto &one : configuration.roles()) {
        if (one.name() == role) {
            return &one;
        }
    }
    return nullptr;
}

} // namespace

RoleSection::RoleSection(const Theme &theme, const v1::RoleDefinition &role,
                         const v1::ServiceConfiguration &configuration, QWidget *parent)
    : QWidget(parent)
{
    setObjectName(u"role-"_s + text(role.name()));
    auto *column = new QVBoxLayout(this);
    column->setContentsMargins(0, 4, 0, 4);
    column->setSpacing(4);
    auto *name = new Label(theme, TextRole::Strong, text(role.name()));
    name->setElided(true, Qt::ElideMiddle);
    column->addWidget(name);
    auto *facts = new FactList(theme);
    facts->add(tr("Kind"), kindWord(role.kind()));
    facts->add(tr("Size"), text(role.size()));
    const auto *own = configurationOf(role.name(), configuration);
    if (own != nullptr && own->instance_count() > 0) {
        facts->add(tr("Instances"), QString::number(own->instance_count()));
    }
    for (const auto &endpoint : role.endpoints()) {
        facts->add(tr("Endpoint"), endpointWords(endpoint));
    }
    addPrograms(role, *facts);
    for (const auto &setting : role.setting_names()) {
        facts->add(tr("Setting"), settingWords(setting, own));
    }
    addNames(role, *facts);
    column->addWidget(facts);
}

void RoleSection::addPrograms(const v1::RoleDefinition &role, FactList &facts)
{
    for (const auto &task : role.startup_tasks()) {
        facts.add(tr("Startup task"), taskWords(task), TextRole::Mono);
    }
    facts.add(tr("Program"), text(role.entry_point().program_command_line()), TextRole::Mono);
    if (!role.entry_point().net_fx_assembly().empty()) {
        facts.add(tr("Assembly"),
                  tr("%1 (not run)").arg(text(role.entry_point().net_fx_assembly())),
                  TextRole::Mono);
    }
}

void RoleSection::addNames(const v1::RoleDefinition &role, FactList &facts)
{
    facts.add(tr("Sites"), namesOf(role.sites()));
    for (const auto &storage : role.local_storage()) {
        facts.add(tr("Local disk"),
                  tr("%1, %2 MB").arg(text(storage.name())).arg(storage.size_mb()));
    }
    facts.add(tr("Environment"), namesOf(role.environment()));
    facts.add(tr("Certificates"), namesOf(role.certificates()));
    QStringList imports;
    for (const auto &import : role.imports()) {
        imports << text(import);
    }
    facts.add(tr("Imports"), imports.join(u", "_s));
}

QString endpointWords(const v1::Endpoint &endpoint)
{
    QStringList parts{models::protocolWord(endpoint.protocol()), portWords(endpoint),
                      reachWord(endpoint.kind())};
    if (!endpoint.probe().empty()) {
        parts << QObject::tr("probe %1").arg(text(endpoint.probe()));
    }
    return QObject::tr("%1: %2").arg(text(endpoint.name()), parts.join(u", "_s));
}

QString probeWords(const v1::Probe &probe)
{
    return QObject::tr("%1: %2 %3 every %4 s")
        .arg(text(probe.name()), models::protocolWord(probe.protocol()), text(probe.path()))
        .arg(probe.interval_s());
}

} // namespace slipway::views
