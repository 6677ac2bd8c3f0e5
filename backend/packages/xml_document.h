// A parsed XML file that knows the line and column of everything in it.
#pragma once

#include "backend/packages/problems.h"

#include <pugixml.hpp>

namespace slipway::packages
{

struct XmlLimits {
    std::size_t bytes = 1u << 20;
    std::size_t depth = 32;
    std::size_t elements = 20'000;
};

class XmlDocument
{
public:
    XmlDocument(std::string_view bytes, std::string file_name, const XmlLimits &limits = {});
    XmlDocument(const XmlDocument &) = delete;
    XmlDocument &operator=(const XmlDocument &) = delete;

    // The one problem that made the file unreadable, if any; root() is then empty.
    const Problems &problems() const { return m_problems; }
    bool wellFormed() const { return m_problems.empty(); }
    const std::string &file() const { return m_file; }
    pugi::xml_node root() const { return m_root; }

    Location locate(pugi::xml_node node) const;
    Location locate(pugi::xml_attribute attribute) const;

private:
    bool decode(std::string_view bytes, const XmlLimits &limits);
    bool parse();
    bool checkDocument();
    bool checkTree(const XmlLimits &limits);
    bool checkAttributes(pugi::xml_node node);
    bool fail(Location place, const std::string &message, std::string_view hint = {});
    Location locateOffset(std::size_t offset) const;
    void findLines();

    std::string m_file;
    std::string m_text;   // as read: what lines and columns are counted in
    std::string m_buffer; // pugixml parses in place
    std::vector<std::size_t> m_line_starts;
    pugi::xml_document m_document;
    pugi::xml_node m_root;
    Problems m_problems;
};

// The name without its prefix.
std::string_view localName(pugi::xml_node node);
// The namespace that the element's prefix (or none) stands for; empty when it stands for none.
std::string_view namespaceOf(pugi::xml_node node);

} // namespace slipway::packages
