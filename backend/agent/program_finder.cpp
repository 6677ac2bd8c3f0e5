#include "backend/agent/program_finder.h"

#include <algorithm>
#include <array>
#include <fstream>

namespace slipway::agent
{

namespace fs = std::filesystem;

namespace
{

std::string withoutExe(const std::string &name)
{
    return lowered(name).ends_with(".exe") ? name.substr(0, name.size() - 4) : name;
}

// Runtimes that this machine has under a name of its own, whatever copy the package brings.
// `node.cmd` is the wrapper that the Node tools for Cloud Services put into every package.
std::vector<std::string> runtimeNames(const std::string &file_name)
{
    const std::string name = lowered(file_name);
    if (name == "node" || name == "node.exe" || name == "node.cmd")
        return {"node", "nodejs"};
    if (name == "python" || name == "python.exe" || name == "python3" || name == "python3.exe")
        return {"python3", "python"};
    if (name == "java" || name == "java.exe" || name == "javaw.exe")
        return {"java"};
    return {};
}

std::string interpreterOf(const fs::path &file)
{
    const std::string extension = lowered(file.extension().string());
    if (extension == ".js" || extension == ".mjs" || extension == ".cjs")
        return "node";
    if (extension == ".py")
        return "python3";
    return extension == ".sh" ? "sh" : "";
}

bool isExecutable(const fs::path &file)
{
    std::error_code error;
    const fs::file_status status = fs::status(file, error);
    return !error && fs::is_regular_file(status) &&
           (status.permissions() & fs::perms::others_exec) != fs::perms::none;
}

std::string firstLine(const fs::path &file)
{
    std::array<char, 256> buffer{};
    std::ifstream stream(file, std::ios::binary);
    stream.read(buffer.data(), buffer.size());
    const std::string head(buffer.data(), std::size_t(stream.gcount()));
    return head.substr(0, head.find('\n'));
}

// A file of that name, or one that differs in case only: Windows does not care.
fs::path findIgnoringCase(const fs::path &base, const std::string &relative)
{
    fs::path found = base;
    for (const fs::path &part : fs::path(relative)) {
        std::error_code error;
        if (part == "." || part == ".." || fs::exists(found / part, error)) {
            found /= part;
            continue;
        }
        const std::string wanted = lowered(part.string());
        fs::path match;
        for (const auto &entry : fs::directory_iterator(found, error))
            if (lowered(entry.path().filename().string()) == wanted)
                match = entry.path();
        if (match.empty())
            return {};
        found = match;
    }
    return found.lexically_normal();
}

Launch::Kind kindOf(const std::string &program)
{
    const std::string name = lowered(fs::path(program).filename().string());
    if (name.ends_with(".cmd") || name.ends_with(".bat") || name == "cmd" || name == "cmd.exe")
        return Launch::Kind::BatchFile;
    if (name.ends_with(".ps1") || name == "powershell" || name == "powershell.exe" ||
        name == "pwsh.exe")
        return Launch::Kind::PowerShell;
    if (name.ends_with(".msi") || name.ends_with(".vbs") || name == "msiexec" ||
        name == "msiexec.exe")
        return Launch::Kind::WindowsBinary;
    return Launch::Kind::Runnable;
}

Launch refused(Launch::Kind kind, const std::string &reason)
{
    Launch launch;
    launch.kind = kind;
    launch.reason = reason;
    return launch;
}

Launch runnable(std::vector<std::string> arguments)
{
    Launch launch;
    launch.kind = Launch::Kind::Runnable;
    launch.arguments = std::move(arguments);
    return launch;
}

} // namespace

fs::path findInPath(const std::string &name, const Environment &environment)
{
    const auto variable = environment.find("PATH");
    std::string_view path = variable == environment.end() ? std::string_view("/usr/bin:/bin")
                                                          : std::string_view(variable->second);
    while (!path.empty()) {
        const std::size_t end = std::min(path.find(':'), path.size());
        const fs::path candidate = fs::path(path.substr(0, end)) / name;
        if (end > 0 && isExecutable(candidate))
            return candidate;
        path.remove_prefix(std::min(end + 1, path.size()));
    }
    return {};
}

ProgramFinder::ProgramFinder(std::vector<fs::path> bases, fs::path scratch)
    : m_bases(std::move(bases)), m_scratch(std::move(scratch))
{
}

std::string ProgramFinder::describeBases() const
{
    std::string text;
    for (const fs::path &base : m_bases)
        text += (text.empty() ? "" : " and ") + base.string();
    return text;
}

fs::path ProgramFinder::findFile(const std::string &program) const
{
    std::error_code error;
    for (const std::string &name : {program, withoutExe(program), program + ".exe"}) {
        if (fs::path(name).is_absolute() && fs::is_regular_file(name, error))
            return name;
        for (const fs::path &base : m_bases) {
            // "\startup\x.cmd" means the package's root, not the machine's.
            const std::string relative =
                name.substr(std::min(name.find_first_not_of('/'), name.size()));
            const fs::path file = findIgnoringCase(base, relative);
            if (!file.empty() && fs::is_regular_file(file, error))
                return file;
        }
    }
    return {};
}

Launch ProgramFinder::runFile(const fs::path &file, const Environment &environment) const
{
    const std::string head = firstLine(file);
    if (head.starts_with("MZ"))
        return refused(Launch::Kind::WindowsBinary,
                       file.filename().string() +
                           " is a Windows program; instances run Linux. "
                           "Put a Linux build, or a Node or Python program, into the package.");
    if (isExecutable(file))
        return runnable({file.string()});
    if (head.starts_with("\x7F"
                         "ELF")) {
        Launch launch = runnable({(m_scratch / file.filename()).string()});
        launch.copy_from = file;
        launch.copy_to = m_scratch / file.filename();
        return launch;
    }
    std::string interpreter = interpreterOf(file);
    if (interpreter.empty() && head.starts_with("#!"))
        interpreter = "sh";
    if (interpreter == "sh" && head.starts_with("#!")) {
        std::vector<std::string> words = splitCommandLine(head.substr(2));
        if (!words.empty() && isExecutable(words[0])) {
            words.push_back(file.string());
            return runnable(words);
        }
    }
    const fs::path program =
        interpreter.empty() ? fs::path() : findInPath(interpreter, environment);
    if (!program.empty())
        return runnable({program.string(), file.string()});
    return refused(Launch::Kind::Missing, file.filename().string() +
                                              " is not a program: it has neither an executable "
                                              "header nor an interpreter that is installed here.");
}

std::string ProgramFinder::translateArgument(const std::string &argument,
                                             const fs::path &working_folder,
                                             const Environment &environment) const
{
    const std::string expanded = expandVariables(argument, environment);
    if (expanded.find('\\') == std::string::npos)
        return expanded;
    const std::string slashed = forwardSlashes(expanded);
    std::error_code error;
    const bool is_path =
        looksLikeWindowsPath(expanded) || fs::exists(working_folder / slashed, error);
    return is_path ? slashed : expanded;
}

Launch ProgramFinder::runInstalled(const std::vector<std::string> &names, const std::string &reason,
                                   const Environment &environment)
{
    for (const std::string &name : names)
        if (const fs::path found = findInPath(name, environment); !found.empty())
            return runnable({found.string()});
    return refused(Launch::Kind::Missing, reason);
}

Launch ProgramFinder::resolve(const std::string &program, const fs::path &file,
                              const Environment &environment) const
{
    const std::string name = fs::path(program).filename().string();
    if (const auto runtimes = runtimeNames(name); !runtimes.empty())
        return runInstalled(runtimes, runtimes[0] + " is not installed on this machine.",
                            environment);
    if (const Launch::Kind kind = kindOf(program); kind != Launch::Kind::Runnable)
        return refused(kind, name + " is for Windows only; instances run Linux.");
    if (!file.empty())
        return runFile(file, environment);
    std::vector<std::string> names;
    if (program.find('/') == std::string::npos)
        names = {program, withoutExe(program)};
    return runInstalled(names,
                        name + " was not found in " + describeBases() + ", nor on this machine.",
                        environment);
}

// Where the program's file lies, else where one of its arguments does ("node .\server.js").
fs::path ProgramFinder::workingFolder(const fs::path &file,
                                      const std::vector<std::string> &words) const
{
    std::error_code error;
    for (const fs::path &base : m_bases)
        if (file.string().starts_with(base.string() + "/"))
            return base;
    for (const fs::path &base : m_bases)
        for (std::size_t i = 1; i < words.size(); ++i)
            if (fs::is_regular_file(base / forwardSlashes(words[i]), error))
                return base;
    for (const fs::path &base : m_bases)
        if (fs::is_directory(base, error))
            return base;
    return m_bases.back();
}

Launch ProgramFinder::find(const std::string &command_line, const Environment &environment) const
{
    const std::vector<std::string> words = splitCommandLine(command_line);
    if (words.empty())
        return refused(Launch::Kind::Missing, "The command line is empty.");
    const std::string program = forwardSlashes(expandVariables(words[0], environment));
    // A runtime's own copy in the package is for Windows, and says nothing about the folder.
    const bool runtime = !runtimeNames(fs::path(program).filename().string()).empty();
    const fs::path file = runtime ? fs::path() : findFile(program);
    Launch launch = resolve(program, file, environment);
    if (launch.kind != Launch::Kind::Runnable)
        return launch;
    launch.working_folder = workingFolder(file, words);
    for (std::size_t i = 1; i < words.size(); ++i)
        launch.arguments.push_back(translateArgument(words[i], launch.working_folder, environment));
    return launch;
}

} // namespace slipway::agent
