#pragma once

#include <memory>

namespace slipway::packages
{

// Makes UTF-8 the character set of this thread while it lives; libarchive would otherwise replace
// what the process's locale ("C" in daemons) cannot say.
class Utf8Locale
{
public:
    Utf8Locale();
    ~Utf8Locale();
    Utf8Locale(const Utf8Locale &) = delete;
    Utf8Locale &operator=(const Utf8Locale &) = delete;

private:
    struct Impl;
    std::unique_ptr<Impl> m_impl;
};

} // namespace slipway::packages
