#include "backend/core/timeline.h"

namespace slipway::core
{
namespace
{

v1::Event sentence(v1::Severity severity, const std::string &kind, const std::string &message,
                   const std::string &cause, const std::string &reaction)
{
    v1::Event event;
    event.set_severity(severity);
    event.set_kind(kind);
    event.set_message(message);
    event.set_cause(cause);
    event.set_reaction(reaction);
    return event;
}

v1::Event about(const v1::RoleInstance &instance, v1::Event event)
{
    event.set_service(instance.service());
    event.set_deployment_id(instance.deployment_id());
    event.set_instance(instance.name());
    event.set_host(instance.host());
    return event;
}

} // namespace

void tellInstance(Transaction &tx, const v1::RoleInstance &instance, v1::Severity severity,
                  const std::string &kind, const std::string &message, const std::string &cause,
                  const std::string &reaction)
{
    tx.event(about(instance, sentence(severity, kind, message, cause, reaction)));
}

void tellRequest(Transaction &tx, const v1::RoleInstance &instance, const v1::Operation &by,
                 const std::string &kind, const std::string &message, const std::string &reaction)
{
    const std::string who = by.actor().empty() ? "the operator" : by.actor();
    v1::Event event =
        about(instance, sentence(v1::INFO, kind, message, "asked for by " + who, reaction));
    event.set_operation_id(by.id());
    event.set_actor(by.actor());
    tx.event(std::move(event));
}

void tellHost(Transaction &tx, const v1::Host &host, v1::Severity severity, const std::string &kind,
              const std::string &message, const std::string &cause, const std::string &reaction)
{
    v1::Event event = sentence(severity, kind, message, cause, reaction);
    event.set_host(host.id());
    tx.event(std::move(event));
}

void tellOperation(Transaction &tx, const v1::Operation &operation, v1::Severity severity,
                   const std::string &kind, const std::string &message, const std::string &cause)
{
    v1::Event event = sentence(severity, kind, message, cause, {});
    event.set_service(operation.service());
    event.set_deployment_id(operation.deployment_id());
    event.set_operation_id(operation.id());
    event.set_actor(operation.actor());
    tx.event(std::move(event));
}

void tellFabric(Transaction &tx, v1::Severity severity, const std::string &kind,
                const std::string &message, const std::string &cause, const std::string &reaction)
{
    tx.event(sentence(severity, kind, message, cause, reaction));
}

std::string spoken(std::int64_t duration_ms)
{
    if (duration_ms < 1000)
        return std::to_string(duration_ms) + " ms";
    if (duration_ms < 60'000)
        return std::to_string(duration_ms / 1000) + "." + std::to_string(duration_ms % 1000 / 100) +
               " s";
    return std::to_string(duration_ms / 60'000) + " min " +
           std::to_string(duration_ms % 60'000 / 1000) + " s";
}

} // namespace slipway::core
