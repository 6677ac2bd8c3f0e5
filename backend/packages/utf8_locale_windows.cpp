#include "backend/packages/utf8_locale.h"

#include <locale.h>
#include <string>

namespace slipway::packages
{

struct Utf8Locale::Impl {
    int mode = 0;
    std::string before;
};

Utf8Locale::Utf8Locale() : m_impl(std::make_unique<Impl>())
{
    m_impl->mode = _configthreadlocale(_ENABLE_PER_THREAD_LOCALE);
    m_impl->before = setlocale(LC_CTYPE, nullptr);
    setlocale(LC_CTYPE, ".UTF-8");
}

Utf8Locale::~Utf8Locale()
{
    setlocale(LC_CTYPE, m_impl->before.c_str());
    _configthreadlocale(m_impl->mode);
}

} // namespace slipway::packages
