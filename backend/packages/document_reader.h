// What reading a definition and reading a configuration have in common: the XML must be
// well-formed, its root the right one and its shape the schema's, before anything is taken from it.
#pragma once

#include "backend/packages/attribute_reader.h"
#include "backend/packages/schema.h"

#include <functional>
#include <string>
#include <string_view>

namespace slipway::packages
{

struct DocumentKind {
    std::string_view root;       // "ServiceDefinition"
    std::string_view name_space; // xmlns of the root
    std::string_view noun;       // "service definition"
};

enum class DocumentResult { Malformed, OfAnotherKind, Read };

struct DocumentSteps {
    std::function<void(pugi::xml_node root)> name; // told of any well-formed document
    std::function<void(pugi::xml_node root, AttributeReader &)> content;
};

// Every problem goes into `problems`, all at once.
DocumentResult readDocument(std::string_view bytes, const std::string &file_name,
                            const DocumentKind &kind, std::span<const ElementRule> schema,
                            const DocumentSteps &steps, Problems &problems);

} // namespace slipway::packages
