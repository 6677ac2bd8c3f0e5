// Takes the files of roles from a package: notes what rules ask for, and writes them when wanted.
#pragma once

#include "backend/packages/archive_walk.h"
#include "backend/packages/validation.h"
#include "backend/packages/work_folder.h"

namespace slipway::packages
{

class ContentWriter
{
public:
    // With an empty root nothing is written.
    explicit ContentWriter(std::filesystem::path root) : m_root(std::move(root)) {}

    // `path` is relative to the root: where the file goes; `fact` is its name in the facts.
    Result<void> begin(const std::string &path, const std::string &fact, bool executable);
    Result<void> data(std::string_view bytes);
    Result<void> end();

    const ContentFacts &facts() const { return m_facts; }
    const std::filesystem::path &root() const { return m_root; }

private:
    static constexpr std::size_t kHeadSize = 4;
    std::filesystem::path m_root;
    ContentFacts m_facts;
    OutputFile m_out;
    std::string m_fact;
    std::string m_head; // the file's first bytes
    bool m_executable = false;
};

} // namespace slipway::packages
