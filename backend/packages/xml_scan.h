// What pugixml lets pass and XML 1.0 does not, found by one pass over the text.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace slipway::packages
{

struct XmlFault {
    std::size_t offset = 0;
    std::string message; // empty: no fault
    std::string hint;
};

// Finds the first raw '&' or '<', unknown entity, control character, document type or unended
// section. Document types are refused as a whole: with them go entity expansion and outside files.
XmlFault scanXml(std::string_view text);

} // namespace slipway::packages
