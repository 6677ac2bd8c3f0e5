#include "backend/packages/problems.h"

#include "backend/packages/problem_making.h"

#include <algorithm>

namespace slipway::packages
{

Location SourceMap::find(std::string_view path) const
{
    while (!path.empty()) {
        const auto found = places.find(std::string(path));
        if (found != places.end())
            return found->second;
        const auto slash = path.rfind('/');
        path = slash == std::string_view::npos ? std::string_view{} : path.substr(0, slash);
    }
    return {};
}

bool hasErrors(const Problems &problems)
{
    return std::any_of(problems.begin(), problems.end(),
                       [](const v1::Problem &problem) { return problem.severity() == v1::ERROR; });
}

v1::Problem makeProblem(v1::Severity severity, std::string_view rule, std::string_view file,
                        Location place, std::string_view message, std::string_view hint)
{
    v1::Problem problem;
    problem.set_severity(severity);
    problem.set_rule(std::string(rule));
    problem.set_file(std::string(file));
    problem.set_line(place.line);
    problem.set_column(place.column);
    problem.set_message(std::string(message));
    problem.set_hint(std::string(hint));
    return problem;
}

static std::string firstErrorText(const Problems &problems)
{
    for (const v1::Problem &problem : problems)
        if (problem.severity() == v1::ERROR)
            return problem.file() +
                   (problem.line() ? " line " + std::to_string(problem.line()) : std::string()) +
                   ": " + problem.message();
    return "no error";
}

v1::Error problemsError(std::string_view reason, std::string_view subject, const Problems &problems)
{
    const auto errors = std::count_if(problems.begin(), problems.end(), [](const v1::Problem &it) {
        return it.severity() == v1::ERROR;
    });
    std::string message = firstErrorText(problems);
    if (errors > 1)
        message += " (and " + std::to_string(errors - 1) + " more)";
    v1::Error error = makeError(v1::Error::INVALID_ARGUMENT, reason, message, subject);
    for (const v1::Problem &problem : problems)
        *error.add_problems() = problem;
    return error;
}

} // namespace slipway::packages
