#include "backend/sys/random.h"

#include <random>

namespace slipway::sys
{

std::string randomHex(std::size_t digits)
{
    static constexpr char kHex[] = "0123456789abcdef";
    std::random_device device;
    std::string text(digits, '0');
    for (char &digit : text)
        digit = kHex[device() & 15U];
    return text;
}

} // namespace slipway::sys
