#include "backend/agent/command_line.h"

#include <algorithm>
#include <cctype>

namespace slipway::agent
{

namespace
{

struct Token {
    std::string text;
    bool quoted = false;
};

class Splitter
{
public:
    explicit Splitter(std::string_view line) : m_line(line) {}

    bool next(Token &token)
    {
        while (m_at < m_line.size() && isBlank(m_line[m_at]))
            ++m_at;
        if (m_at == m_line.size())
            return false;
        token = {};
        bool inside = false;
        while (m_at < m_line.size() && (inside || !isBlank(m_line[m_at])))
            step(token, inside);
        return true;
    }

private:
    static bool isBlank(char letter) { return letter == ' ' || letter == '\t'; }

    void step(Token &token, bool &inside)
    {
        std::size_t slashes = 0;
        while (m_at < m_line.size() && m_line[m_at] == '\\') {
            ++slashes;
            ++m_at;
        }
        const bool quote = m_at < m_line.size() && m_line[m_at] == '"';
        token.text.append(quote ? slashes / 2 : slashes, '\\');
        if (quote && slashes % 2 == 0) {
            inside = !inside;
            token.quoted = true;
            ++m_at;
        } else if (quote || slashes == 0) {
            token.text += m_line[m_at++];
        }
    }

    std::string_view m_line;
    std::size_t m_at = 0;
};

// "" for none, else what follows the operator ("log.txt" of ">log.txt"), with `found` set.
std::string_view redirectionTarget(const Token &token, bool &found)
{
    std::string_view text = token.text;
    found = false;
    if (token.quoted)
        return {};
    if (!text.empty() && (text[0] == '1' || text[0] == '2'))
        text.remove_prefix(1);
    if (text.empty() || (text[0] != '>' && text[0] != '<'))
        return {};
    found = true;
    while (!text.empty() && (text[0] == '>' || text[0] == '<'))
        text.remove_prefix(1);
    return text;
}

} // namespace

std::string lowered(std::string_view text)
{
    std::string result(text);
    std::transform(result.begin(), result.end(), result.begin(),
                   [](unsigned char letter) { return char(std::tolower(letter)); });
    return result;
}

std::vector<std::string> splitCommandLine(std::string_view line)
{
    std::vector<std::string> arguments;
    Splitter splitter(line);
    Token token;
    while (splitter.next(token)) {
        bool redirection = false;
        const bool has_target = !redirectionTarget(token, redirection).empty();
        if (!redirection)
            arguments.push_back(token.text);
        else if (!has_target)
            splitter.next(token);
    }
    return arguments;
}

std::string expandVariables(std::string_view text, const Environment &environment)
{
    std::string result;
    while (!text.empty()) {
        const std::size_t begin = text.find('%');
        const std::size_t end = begin == std::string_view::npos ? begin : text.find('%', begin + 1);
        if (end == std::string_view::npos)
            break;
        const std::string name = lowered(text.substr(begin + 1, end - begin - 1));
        const auto known =
            std::find_if(environment.begin(), environment.end(),
                         [&name](const auto &entry) { return lowered(entry.first) == name; });
        const bool found = !name.empty() && known != environment.end();
        result += text.substr(0, found ? begin : end);
        if (found)
            result += known->second;
        text.remove_prefix(found ? end + 1 : end);
        if (!found && text.size() == 1)
            break;
    }
    return result + std::string(text);
}

std::string forwardSlashes(std::string text)
{
    std::replace(text.begin(), text.end(), '\\', '/');
    return text;
}

bool looksLikeWindowsPath(std::string_view argument)
{
    return argument.starts_with(".\\") || argument.starts_with("..\\") ||
           (argument.starts_with('/') && argument.find('\\') != std::string_view::npos);
}

} // namespace slipway::agent
