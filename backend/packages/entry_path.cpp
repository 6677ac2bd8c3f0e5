#include "backend/packages/entry_path.h"

#include "backend/proto/utf8.h"

#include <algorithm>
#include <cctype>

namespace slipway::packages
{

static constexpr std::size_t kPathMax = 2000;
static constexpr std::size_t kNameMax = 255;

static std::string printable(std::string_view name)
{
    std::string text;
    for (const char letter : name.substr(0, 200)) {
        const auto code = static_cast<unsigned char>(letter);
        text += code < 0x20 || code >= 0x7f ? '?' : letter;
    }
    return text;
}

static Failure unsafe(std::string_view name, const std::string &why)
{
    return failure(v1::Error::INVALID_ARGUMENT, "ENTRY_UNSAFE_PATH",
                   "The package holds \"" + printable(name) + "\", which " + why +
                       "; nothing was unpacked.",
                   printable(name));
}

static bool hasDrive(std::string_view name)
{
    return name.size() > 1 && name[1] == ':' && std::isalpha(static_cast<unsigned char>(name[0]));
}

Result<std::string> safePath(std::string_view name)
{
    const auto is_control = [](unsigned char code) { return code < 0x20 || code == 0x7f; };
    if (name.empty() || name.size() > kPathMax)
        return unsafe(name, name.empty() ? "has no name" : "has a name that is too long");
    if (std::any_of(name.begin(), name.end(), is_control) || !isUtf8(name))
        return unsafe(name, "has control characters in its name, or bytes that are no UTF-8");
    std::string rest(name);
    std::replace(rest.begin(), rest.end(), '\\', '/');
    if (rest.front() == '/' || hasDrive(rest))
        return unsafe(name, "is an absolute path");
    std::string path;
    for (std::size_t start = 0; start <= rest.size();) {
        const std::size_t slash = std::min(rest.find('/', start), rest.size());
        const std::string part = rest.substr(start, slash - start);
        start = slash + 1;
        if (part.empty() || part == ".")
            continue;
        if (part == "..")
            return unsafe(name, "leaves the package's folder");
        if (part.size() > kNameMax)
            return unsafe(name, "has a name that is too long");
        path += (path.empty() ? "" : "/") + part;
    }
    return path;
}

static int hexValue(char digit)
{
    if (digit >= '0' && digit <= '9')
        return digit - '0';
    const char lower = static_cast<char>(std::tolower(static_cast<unsigned char>(digit)));
    return lower >= 'a' && lower <= 'f' ? lower - 'a' + 10 : -1;
}

std::string decodePercent(std::string_view name)
{
    std::string text;
    for (std::size_t at = 0; at < name.size(); ++at) {
        const int high = name[at] == '%' && at + 2 < name.size() ? hexValue(name[at + 1]) : -1;
        const int low = high >= 0 ? hexValue(name[at + 2]) : -1;
        if (low < 0) {
            text += name[at];
            continue;
        }
        text += static_cast<char>(high * 16 + low);
        at += 2;
    }
    return text;
}

std::string encodePercent(std::string_view name)
{
    static constexpr char kDigits[] = "0123456789ABCDEF";
    static constexpr std::string_view kPlain = "-._~!$&'()+,;=@/";
    std::string text;
    for (const char letter : name) {
        const auto code = static_cast<unsigned char>(letter);
        if ((code < 0x80 && std::isalnum(code)) || kPlain.find(letter) != std::string_view::npos)
            text += letter;
        else
            (text += '%').append({kDigits[code >> 4], kDigits[code & 15]});
    }
    return text;
}

} // namespace slipway::packages
