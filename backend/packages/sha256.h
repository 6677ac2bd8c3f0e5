#pragma once

#include "backend/proto/result.h"

#include <filesystem>
#include <memory>

namespace slipway::packages
{

class Sha256
{
public:
    Sha256();
    ~Sha256();
    Sha256(Sha256 &&) noexcept;
    Sha256 &operator=(Sha256 &&) noexcept;

    void update(std::string_view bytes);
    std::string finish(); // 64 lower-case hex digits; ends its use

private:
    struct Impl;
    std::unique_ptr<Impl> m_impl;
};

std::string sha256Hex(std::string_view bytes);
Result<std::string> sha256OfFile(const std::filesystem::path &file); // hex digits

} // namespace slipway::packages
