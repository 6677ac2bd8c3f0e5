#include "backend/packages/xml_scan.h"

namespace slipway::packages
{

namespace
{

class Scanner
{
public:
    explicit Scanner(std::string_view text) : m_text(text) {}
    XmlFault run();

private:
    bool startsWith(std::string_view word) const
    {
        return m_text.substr(m_at, word.size()) == word;
    }
    bool skipPast(std::string_view end, std::size_t from, const char *what);
    bool markup();
    bool tag();
    bool attributeValue();
    bool character(char letter);
    bool reference();
    bool fail(std::size_t offset, std::string message, std::string hint = {});

    std::string_view m_text;
    std::size_t m_at = 0;
    XmlFault m_fault;
};

bool Scanner::fail(std::size_t offset, std::string message, std::string hint)
{
    m_fault = {offset, std::move(message), std::move(hint)};
    return false;
}

XmlFault Scanner::run()
{
    while (m_at < m_text.size())
        if (!(m_text[m_at] == '<' ? markup() : character(m_text[m_at])))
            break;
    return m_fault;
}

bool Scanner::character(char letter)
{
    if (letter == '&')
        return reference();
    const auto code = static_cast<unsigned char>(letter);
    if (code < 0x20 && letter != '\t' && letter != '\n' && letter != '\r')
        return fail(m_at, "a control character (code " + std::to_string(code) + ")",
                    "Remove it: XML does not allow it.");
    ++m_at;
    return true;
}

bool Scanner::reference()
{
    const auto end = m_text.find(';', m_at);
    const auto name = end == std::string_view::npos || end - m_at > 12
                          ? std::string_view{}
                          : m_text.substr(m_at + 1, end - m_at - 1);
    const bool known = name == "amp" || name == "lt" || name == "gt" || name == "quot" ||
                       name == "apos" || (name.size() > 1 && name[0] == '#');
    if (!known)
        return fail(m_at, "an '&' that begins no known reference", "Write &amp; for an ampersand.");
    m_at = end + 1;
    return true;
}

bool Scanner::skipPast(std::string_view end, std::size_t from, const char *what)
{
    const auto found = m_text.find(end, from);
    if (found == std::string_view::npos)
        return fail(m_at, std::string(what) + " that never ends");
    m_at = found + end.size();
    return true;
}

bool Scanner::markup()
{
    if (startsWith("<!--")) {
        const auto dashes = m_text.find("--", m_at + 4);
        if (dashes != std::string_view::npos && m_text.substr(dashes, 3) != "-->")
            return fail(dashes, "'--' inside a comment", "XML does not allow it there.");
        return skipPast("-->", m_at + 4, "a comment");
    }
    if (startsWith("<![CDATA["))
        return skipPast("]]>", m_at, "a CDATA section");
    if (startsWith("<?"))
        return skipPast("?>", m_at, "a processing instruction");
    if (startsWith("<!"))
        return fail(m_at, "a document type declaration, which is not accepted",
                    "Remove <!DOCTYPE ...>: definitions and configurations have none.");
    return tag();
}

bool Scanner::tag()
{
    const std::size_t start = m_at++;
    while (m_at < m_text.size()) {
        const char letter = m_text[m_at];
        if (letter == '"' || letter == '\'') {
            if (!attributeValue())
                return false;
            continue;
        }
        if (letter == '<')
            return fail(m_at, "a '<' inside a tag", "Is the tag before it closed with '>'?");
        ++m_at;
        if (letter == '>')
            return true;
    }
    return fail(start, "a tag that never ends");
}

bool Scanner::attributeValue()
{
    const std::size_t start = m_at;
    const char quote = m_text[m_at++];
    while (m_at < m_text.size() && m_text[m_at] != quote) {
        if (m_text[m_at] == '<')
            return fail(m_at, "a '<' inside an attribute's value",
                        "Write &lt;, or close the value with a quote.");
        if (!character(m_text[m_at]))
            return false;
    }
    if (m_at >= m_text.size())
        return fail(start, "an attribute's value that never ends");
    ++m_at;
    return true;
}

} // namespace

XmlFault scanXml(std::string_view text)
{
    return Scanner(text).run();
}

} // namespace slipway::packages
