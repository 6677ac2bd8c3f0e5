#include "backend/packages/xml_document.h"

#include "backend/packages/problem_making.h"
#include "backend/packages/text_decoding.h"
#include "backend/packages/xml_scan.h"

#include <algorithm>
#include <set>

namespace slipway::packages
{

XmlDocument::XmlDocument(std::string_view bytes, std::string file_name, const XmlLimits &limits)
    : m_file(std::move(file_name))
{
    if (!decode(bytes, limits) || !parse() || !checkDocument() || !checkTree(limits))
        m_root = {};
}

bool XmlDocument::fail(Location place, const std::string &message, std::string_view hint)
{
    m_problems.push_back(makeProblem(v1::ERROR, {}, m_file, place, message, hint));
    return false;
}

bool XmlDocument::decode(std::string_view bytes, const XmlLimits &limits)
{
    if (bytes.size() > limits.bytes)
        return fail({},
                    "The file has " + std::to_string(bytes.size()) + " bytes; at most " +
                        std::to_string(limits.bytes) + " are read.",
                    "Is it really a definition or configuration?");
    DecodedText decoded = decodeXmlText(bytes);
    if (!decoded.error.empty())
        return fail({1, 1}, "The file cannot be read: " + decoded.error + ".");
    m_text = std::move(decoded.text);
    findLines();
    const XmlFault fault = scanXml(m_text);
    if (!fault.message.empty())
        return fail(locateOffset(fault.offset), "Not well-formed XML: " + fault.message + ".",
                    fault.hint);
    return true;
}

bool XmlDocument::parse()
{
    m_buffer = m_text;
    const unsigned options = pugi::parse_default | pugi::parse_fragment;
    const auto result = m_document.load_buffer_inplace(m_buffer.data(), m_buffer.size(), options,
                                                       pugi::encoding_utf8);
    if (result)
        return true;
    const auto offset = static_cast<std::size_t>(std::max<std::ptrdiff_t>(result.offset, 0));
    return fail(locateOffset(offset),
                std::string("Not well-formed XML: ") + result.description() + ".",
                "Look at this place and just before it.");
}

bool XmlDocument::checkDocument()
{
    for (const pugi::xml_node node : m_document.children()) {
        if (node.type() == pugi::node_pcdata || node.type() == pugi::node_cdata)
            return fail({}, "Not well-formed XML: there is text outside of the root element.",
                        "Remove what stands before or after the root element.");
        if (node.type() != pugi::node_element)
            continue;
        if (m_root)
            return fail(locate(node), "Not well-formed XML: there is a second root element <" +
                                          std::string(node.name()) + ">.");
        m_root = node;
    }
    return m_root || fail({}, "Not well-formed XML: there is no element in it.");
}

bool XmlDocument::checkAttributes(pugi::xml_node node)
{
    std::set<std::string_view> names;
    for (const pugi::xml_attribute attribute : node.attributes())
        if (!names.insert(attribute.name()).second)
            return fail(locate(attribute), "Not well-formed XML: the attribute " +
                                               std::string(attribute.name()) + " is there twice.");
    return true;
}

bool XmlDocument::checkTree(const XmlLimits &limits)
{
    std::size_t elements = 0;
    std::vector<std::pair<pugi::xml_node, std::size_t>> open{{m_root, 1}};
    while (!open.empty()) {
        const auto [node, depth] = open.back();
        open.pop_back();
        if (depth > limits.depth)
            return fail(locate(node),
                        "Elements are nested more than " + std::to_string(limits.depth) + " deep.");
        if (++elements > limits.elements)
            return fail(locate(node),
                        "There are more than " + std::to_string(limits.elements) + " elements.");
        if (!checkAttributes(node))
            return false;
        for (const pugi::xml_node child : node.children())
            if (child.type() == pugi::node_element)
                open.emplace_back(child, depth + 1);
    }
    return true;
}

void XmlDocument::findLines()
{
    m_line_starts.assign(1, 0);
    for (std::size_t at = 0; at < m_text.size(); ++at)
        if (m_text[at] == '\n')
            m_line_starts.push_back(at + 1);
}

Location XmlDocument::locateOffset(std::size_t offset) const
{
    if (m_line_starts.empty())
        return {};
    offset = std::min(offset, m_text.size());
    const auto next = std::upper_bound(m_line_starts.begin(), m_line_starts.end(), offset);
    const std::size_t start = *std::prev(next);
    const auto characters =
        std::count_if(m_text.begin() + static_cast<std::ptrdiff_t>(start),
                      m_text.begin() + static_cast<std::ptrdiff_t>(offset), [](char letter) {
                          return (static_cast<unsigned char>(letter) & 0xc0) != 0x80;
                      });
    return {static_cast<std::uint32_t>(next - m_line_starts.begin()),
            static_cast<std::uint32_t>(characters + 1)};
}

Location XmlDocument::locate(pugi::xml_node node) const
{
    // offset_debug() is that of the name; people look for the '<' before it.
    const auto offset = node.offset_debug();
    return offset < 1 ? Location{} : locateOffset(static_cast<std::size_t>(offset - 1));
}

Location XmlDocument::locate(pugi::xml_attribute attribute) const
{
    // pugixml keeps no offsets of attributes, but their names lie in the buffer it was given.
    const char *name = attribute.name();
    const char *begin = m_buffer.data();
    if (!attribute || name < begin || name >= begin + m_buffer.size())
        return {};
    return locateOffset(static_cast<std::size_t>(name - begin));
}

std::string_view localName(pugi::xml_node node)
{
    const std::string_view name = node.name();
    const auto colon = name.find(':');
    return colon == std::string_view::npos ? name : name.substr(colon + 1);
}

std::string_view namespaceOf(pugi::xml_node node)
{
    const std::string_view name = node.name();
    const auto colon = name.find(':');
    const std::string key = colon == std::string_view::npos
                                ? std::string("xmlns")
                                : "xmlns:" + std::string(name.substr(0, colon));
    for (; node; node = node.parent())
        if (const auto attribute = node.attribute(key.c_str()))
            return attribute.value();
    return {};
}

} // namespace slipway::packages
