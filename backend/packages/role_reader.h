// One <WebRole>, <WorkerRole> or <VirtualMachineRole> -> v1::RoleDefinition.
#pragma once

#include "backend/packages/attribute_reader.h"

namespace slipway::packages
{

v1::RoleDefinition::Kind roleKind(std::string_view element);

// The role's default size; a definition's vmsize may be left out.
inline constexpr std::string_view kDefaultSize = "Small";

void readRole(pugi::xml_node node, AttributeReader &reader, v1::RoleDefinition &role,
              SourceMap &source);
void readEndpoints(pugi::xml_node node, AttributeReader &reader, v1::RoleDefinition &role,
                   SourceMap &source);

} // namespace slipway::packages
