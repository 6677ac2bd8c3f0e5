// The folder in which a fuzz target keeps its files; it goes with the process.
#pragma once

#include "backend/sys/random.h"

#include <filesystem>
#include <spdlog/spdlog.h>
#include <string>

namespace slipway::fuzz
{

class FuzzHome
{
public:
    explicit FuzzHome(const std::string &name)
        : m_folder(std::filesystem::temp_directory_path() /
                   ("slipway-" + name + "-" + sys::randomHex(16)))
    {
        std::filesystem::create_directories(m_folder);
        spdlog::set_level(spdlog::level::off);
    }
    ~FuzzHome()
    {
        std::error_code ignored;
        std::filesystem::remove_all(m_folder, ignored);
    }
    FuzzHome(const FuzzHome &) = delete;
    FuzzHome &operator=(const FuzzHome &) = delete;
    const std::filesystem::path &folder() const { return m_folder; }

private:
    const std::filesystem::path m_folder;
};

} // namespace slipway::fuzz
