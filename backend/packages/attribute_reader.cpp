#include "backend/packages/attribute_reader.h"

#include "backend/packages/problem_making.h"

#include <algorithm>
#include <cctype>
#include <charconv>

namespace slipway::packages
{

std::string lowerCase(std::string_view text)
{
    std::string lower(text);
    std::transform(lower.begin(), lower.end(), lower.begin(),
                   [](unsigned char letter) { return static_cast<char>(std::tolower(letter)); });
    return lower;
}

bool equalsIgnoringCase(std::string_view left, std::string_view right)
{
    return lowerCase(left) == lowerCase(right);
}

std::string AttributeReader::text(pugi::xml_node node, const char *name)
{
    return node.attribute(name).value();
}

void AttributeReader::report(v1::Severity severity, std::string_view rule, Location place,
                             std::string_view message, std::string_view hint)
{
    m_problems.push_back(makeProblem(severity, rule, m_document.file(), place, message, hint));
}

static std::string_view trimmed(std::string_view text)
{
    const auto first = text.find_first_not_of(" \t\r\n");
    if (first == std::string_view::npos)
        return {};
    return text.substr(first, text.find_last_not_of(" \t\r\n") - first + 1);
}

std::uint32_t AttributeReader::number(pugi::xml_node node, const char *name,
                                      const NumberRange &range)
{
    const auto attribute = node.attribute(name);
    const std::string_view text = trimmed(attribute.value());
    if (text.empty())
        return range.fallback;
    std::uint32_t value = 0;
    const auto parsed = std::from_chars(text.data(), text.data() + text.size(), value);
    const bool whole = parsed.ec == std::errc{} && parsed.ptr == text.data() + text.size();
    if (whole && value >= range.min && value <= range.max)
        return value;
    report(v1::ERROR, range.rule, m_document.locate(attribute),
           std::string(name) + "=\"" + std::string(text) + "\" is not a whole number from " +
               std::to_string(range.min) + " to " + std::to_string(range.max) + ".",
           "Correct the number.");
    return range.fallback;
}

bool AttributeReader::flag(pugi::xml_node node, const char *name, bool fallback)
{
    return choice(node, name, fallback ? 1 : 0, {{"true", 1}, {"false", 0}, {"1", 1}, {"0", 0}}) !=
           0;
}

int AttributeReader::choice(pugi::xml_node node, const char *name, int fallback,
                            std::initializer_list<std::pair<std::string_view, int>> choices)
{
    const auto attribute = node.attribute(name);
    const std::string_view text = trimmed(attribute.value());
    if (text.empty())
        return fallback;
    std::string known;
    for (const auto &[word, value] : choices) {
        if (equalsIgnoringCase(word, text))
            return value;
        known += (known.empty() ? "" : ", ") + std::string(word);
    }
    report(v1::ERROR, {}, m_document.locate(attribute),
           std::string(name) + "=\"" + std::string(text) + "\" is not one of " + known + ".",
           "Choose one of them.");
    return fallback;
}

v1::Protocol
AttributeReader::protocol(pugi::xml_node node,
                          std::initializer_list<std::pair<std::string_view, int>> choices)
{
    return static_cast<v1::Protocol>(choice(node, "protocol", v1::PROTOCOL_UNSPECIFIED, choices));
}

std::vector<pugi::xml_node> childrenNamed(pugi::xml_node node, std::string_view name)
{
    std::vector<pugi::xml_node> found;
    for (const pugi::xml_node child : node.children())
        if (child.type() == pugi::node_element && localName(child) == name)
            found.push_back(child);
    return found;
}

pugi::xml_node childNamed(pugi::xml_node node, std::string_view name)
{
    for (const pugi::xml_node child : node.children())
        if (child.type() == pugi::node_element && localName(child) == name)
            return child;
    return {};
}

} // namespace slipway::packages
