#include "backend/packages/utf8_locale.h"

#include <locale.h>

namespace slipway::packages
{

struct Utf8Locale::Impl {
    locale_t wanted = nullptr;
    locale_t before = nullptr;
};

Utf8Locale::Utf8Locale() : m_impl(std::make_unique<Impl>())
{
    for (const char *name : {"C.UTF-8", "en_US.UTF-8"})
        if (!m_impl->wanted)
            m_impl->wanted = ::newlocale(LC_CTYPE_MASK, name, nullptr);
    if (m_impl->wanted)
        m_impl->before = ::uselocale(m_impl->wanted);
}

Utf8Locale::~Utf8Locale()
{
    if (!m_impl->wanted)
        return;
    ::uselocale(m_impl->before);
    ::freelocale(m_impl->wanted);
}

} // namespace slipway::packages
