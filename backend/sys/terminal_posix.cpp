#include "backend/sys/terminal.h"

#include <clocale>
#include <cwchar>
#include <sys/ioctl.h>
#include <unistd.h>

namespace slipway::sys
{

namespace
{

// The widths of letters, whatever the person's own locale is; this thread's only while it lasts.
class WidthsOfUnicode
{
public:
    WidthsOfUnicode() : m_before(uselocale(unicode())) {}
    ~WidthsOfUnicode() { uselocale(m_before); }
    WidthsOfUnicode(const WidthsOfUnicode &) = delete;
    WidthsOfUnicode &operator=(const WidthsOfUnicode &) = delete;

private:
    static locale_t unicode()
    {
        static const locale_t made = newlocale(LC_CTYPE_MASK, "C.UTF-8", locale_t(0));
        return made; // 0 where there is none: then the thread's own stays
    }
    locale_t m_before;
};

} // namespace

bool isTerminal(Stream stream)
{
    return isatty(stream == Stream::Out ? STDOUT_FILENO : STDERR_FILENO) == 1;
}

int terminalRows()
{
    winsize size{};
    return ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 ? size.ws_row : 0;
}

std::size_t columnsOf(std::string_view utf8)
{
    const WidthsOfUnicode widths;
    std::size_t columns = 0;
    std::mbstate_t state{};
    while (!utf8.empty()) {
        wchar_t letter = 0;
        const std::size_t size = std::mbrtowc(&letter, utf8.data(), utf8.size(), &state);
        const bool is_letter = size > 0 && size <= utf8.size();
        if (!is_letter)
            state = {};
        const int width = is_letter ? wcwidth(letter) : 1;
        columns += width < 0 ? 1 : std::size_t(width);
        utf8.remove_prefix(is_letter ? size : 1);
    }
    return columns;
}

} // namespace slipway::sys
