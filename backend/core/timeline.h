// Sentences of the timeline: what happened, to whom, why, and what the fabric did about it.
#pragma once

#include "backend/core/transaction.h"

namespace slipway::core
{

void tellInstance(Transaction &tx, const v1::RoleInstance &instance, v1::Severity severity,
                  const std::string &kind, const std::string &message,
                  const std::string &cause = {}, const std::string &reaction = {});
// The same with the person who asked for it.
void tellRequest(Transaction &tx, const v1::RoleInstance &instance, const v1::Operation &by,
                 const std::string &kind, const std::string &message, const std::string &reaction);
void tellHost(Transaction &tx, const v1::Host &host, v1::Severity severity, const std::string &kind,
              const std::string &message, const std::string &cause = {},
              const std::string &reaction = {});
void tellOperation(Transaction &tx, const v1::Operation &operation, v1::Severity severity,
                   const std::string &kind, const std::string &message,
                   const std::string &cause = {});
void tellFabric(Transaction &tx, v1::Severity severity, const std::string &kind,
                const std::string &message, const std::string &cause = {},
                const std::string &reaction = {});

// "340 ms", "12.5 s", "3 min 20 s"
std::string spoken(std::int64_t duration_ms);

} // namespace slipway::core
