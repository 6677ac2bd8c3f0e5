// The shapes of csdef and cscfg as tables: which element may hold what.
#pragma once

#include "backend/packages/xml_document.h"

#include <span>

namespace slipway::packages
{

// Names are separated by blanks. In `attributes` a '!' marks a required one; in `children` a '*'
// marks one that may be there more than once.
struct ElementRule {
    std::string_view name;
    std::string_view attributes;
    std::string_view children;
};

std::span<const ElementRule> definitionSchema();
std::span<const ElementRule> configurationSchema();

// Unknown elements and attributes (warnings), missing and empty required attributes (errors),
// doubled single elements (errors). The order of elements is not judged.
void checkShape(const XmlDocument &document, std::span<const ElementRule> schema,
                Problems &problems);

} // namespace slipway::packages
