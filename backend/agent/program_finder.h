// From a command line written for Windows to a program that runs here, or to the reason why none
// does.
#pragma once

#include "backend/agent/command_line.h"

#include <filesystem>

namespace slipway::agent
{

struct Launch {
    enum class Kind {
        Runnable,
        BatchFile,     // .cmd, .bat
        PowerShell,    // .ps1, powershell.exe
        WindowsBinary, // an MZ executable, an installer
        Missing
    };
    Kind kind = Kind::Missing;
    std::vector<std::string> arguments; // [0] is an absolute path; only when runnable
    std::filesystem::path working_folder;
    // An ELF file without its x bit: copy it, and run the copy.
    std::filesystem::path copy_from;
    std::filesystem::path copy_to;
    std::string reason; // why it is not runnable, and what to do; empty when it is
};

class ProgramFinder
{
public:
    // `bases` are searched in order for relative paths (web: approot/bin, approot; worker:
    // approot); `scratch` takes copies of programs that lost their x bit in a zip.
    ProgramFinder(std::vector<std::filesystem::path> bases, std::filesystem::path scratch);

    Launch find(const std::string &command_line, const Environment &environment) const;

private:
    static Launch runInstalled(const std::vector<std::string> &names, const std::string &reason,
                               const Environment &environment);
    Launch resolve(const std::string &program, const std::filesystem::path &file,
                   const Environment &environment) const;
    std::filesystem::path workingFolder(const std::filesystem::path &file,
                                        const std::vector<std::string> &words) const;
    Launch runFile(const std::filesystem::path &file, const Environment &environment) const;
    std::filesystem::path findFile(const std::string &program) const;
    std::string translateArgument(const std::string &argument,
                                  const std::filesystem::path &working_folder,
                                  const Environment &environment) const;
    std::string describeBases() const;

    std::vector<std::filesystem::path> m_bases;
    std::filesystem::path m_scratch;
};

// Searches the environment's PATH; empty when there is no such executable.
std::filesystem::path findInPath(const std::string &name, const Environment &environment);

} // namespace slipway::agent
