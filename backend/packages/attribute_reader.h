// Typed values of attributes; what does not fit becomes a problem, and a default is read instead.
#pragma once

#include "backend/packages/xml_document.h"

#include <initializer_list>
#include <utility>

namespace slipway::packages
{

struct NumberRange {
    std::uint32_t min = 0;
    std::uint32_t max = 0;
    std::uint32_t fallback = 0;
    std::string_view rule = {};
};

class AttributeReader
{
public:
    AttributeReader(const XmlDocument &document, Problems &problems)
        : m_document(document), m_problems(problems)
    {
    }

    static std::string text(pugi::xml_node node, const char *name);
    std::uint32_t number(pugi::xml_node node, const char *name, const NumberRange &range);
    bool flag(pugi::xml_node node, const char *name, bool fallback);
    // Case is not minded: documentation and tools disagree about it.
    int choice(pugi::xml_node node, const char *name, int fallback,
               std::initializer_list<std::pair<std::string_view, int>> choices);
    v1::Protocol protocol(pugi::xml_node node,
                          std::initializer_list<std::pair<std::string_view, int>> choices);

    void report(v1::Severity severity, std::string_view rule, Location place,
                std::string_view message, std::string_view hint = {});
    const XmlDocument &document() const { return m_document; }

private:
    const XmlDocument &m_document;
    Problems &m_problems;
};

// The child elements of that local name.
std::vector<pugi::xml_node> childrenNamed(pugi::xml_node node, std::string_view name);
pugi::xml_node childNamed(pugi::xml_node node, std::string_view name);

bool equalsIgnoringCase(std::string_view left, std::string_view right);
std::string lowerCase(std::string_view text);

} // namespace slipway::packages
