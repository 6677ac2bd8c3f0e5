#include "app/ctl/output.h"

#include "app/ctl/operation_wait.h"
#include "app/ctl/served_check.h"
#include "app/ctl/words.h"

namespace slipway::ctl
{

namespace
{

std::string place(const v1::Problem &problem)
{
    std::string text = problem.file();
    if (problem.line() > 0)
        text += ":" + std::to_string(problem.line()) + ":" + std::to_string(problem.column());
    return text.empty() ? text : text + ": ";
}

const char *mark(v1::Check::Result result)
{
    switch (result) {
    case v1::Check::PASSED:
        return "ok";
    case v1::Check::WARNED:
        return "warning";
    case v1::Check::FAILED:
        return "FAILED";
    default:
        return "?";
    }
}

void printReply(Context &context, const v1::CommandReply &reply)
{
    // Once it is done, only what did not pass is news.
    for (const v1::Check &check : reply.checks())
        if (!reply.has_operation() || check.result() != v1::Check::PASSED)
            context.out << printable(check.id()) << "  " << mark(check.result()) << "  "
                        << printable(check.title())
                        << (check.reason().empty() ? "" : ": " + printable(check.reason())) << '\n';
    for (const std::string &line : reply.preview())
        context.out << printable(line) << '\n';
    printProblems(context.err, reply.problems());
    if (reply.has_operation())
        context.out << printable(reply.operation().title()) << "  (operation "
                    << printable(reply.operation().id()) << ")\n";
}

// A rehearsal that found what the real thing would be refused for.
Result<void> outcomeOf(const v1::CommandReply &reply)
{
    std::string failed;
    for (const v1::Check &check : reply.checks())
        if (!reply.has_operation() && check.result() == v1::Check::FAILED)
            failed += (failed.empty() ? "" : "; ") + check.id() + ": " + check.reason();
    if (failed.empty())
        return {};
    return failure(v1::Error::FAILED_PRECONDITION, "CHECKS_FAILED",
                   "It would be refused. " + failed + ".");
}

} // namespace

void printJson(std::ostream &out, const Json &json)
{
    out << json.dump(2, ' ', false, Json::error_handler_t::replace) << '\n';
}

void printJsonLine(std::ostream &out, const Json &json)
{
    out << json.dump(-1, ' ', false, Json::error_handler_t::replace) << std::endl;
}

Tone toneOf(v1::RoleInstance::State state)
{
    switch (state) {
    case v1::RoleInstance::ReadyRole:
        return Tone::Good;
    case v1::RoleInstance::CyclingRole:
    case v1::RoleInstance::UnresponsiveRole:
    case v1::RoleInstance::FailedStartingRole:
    case v1::RoleInstance::FailedStartingVM:
        return Tone::Bad;
    case v1::RoleInstance::StoppedVM:
    case v1::RoleInstance::RoleStateUnknown:
        return Tone::Faint;
    default:
        return Tone::Warning;
    }
}

Tone toneOf(v1::Operation::State state)
{
    switch (state) {
    case v1::Operation::Succeeded:
        return Tone::Good;
    case v1::Operation::Failed:
        return Tone::Bad;
    case v1::Operation::Running:
        return Tone::Warning;
    default:
        return Tone::Faint;
    }
}

Tone toneOf(v1::Severity severity)
{
    switch (severity) {
    case v1::ERROR:
        return Tone::Bad;
    case v1::WARNING:
        return Tone::Warning;
    default:
        return Tone::Plain;
    }
}

void printProblems(std::ostream &out,
                   const google::protobuf::RepeatedPtrField<v1::Problem> &problems)
{
    for (const v1::Problem &problem : problems) {
        out << printable(place(problem)) << severityName(problem.severity()) << ": "
            << printable(problem.message());
        if (!problem.hint().empty())
            out << ' ' << printable(problem.hint());
        if (!problem.rule().empty())
            out << " [" << printable(problem.rule()) << ']';
        out << '\n';
    }
}

void printError(std::ostream &err, const v1::Error &error)
{
    const std::string message =
        error.message().empty() ? v1::Error::Code_Name(error.code()) : error.message();
    err << "slipwayctl: " << printable(message);
    if (!error.reason().empty())
        err << " [" << printable(error.reason()) << ']';
    err << '\n';
    printProblems(err, error.problems());
}

Result<void> runCommand(Context &context, v1::Command command)
{
    auto reply = context.session().execute(std::move(command));
    if (!reply)
        return Failure(reply.error());
    if (!context.options.json)
        printReply(context, *reply);
    if (!context.options.wait || !reply->has_operation()) {
        if (context.options.json)
            printJson(context.out, replyJson(*reply));
        return outcomeOf(*reply);
    }
    const auto ended = waitForOperation(context, reply->operation().id());
    if (!ended)
        return Failure(ended.error());
    *reply->mutable_operation() = *ended;
    if (context.options.json)
        printJson(context.out, replyJson(*reply));
    const auto outcome = outcomeOf(*ended);
    const bool goes_public = ended->kind() == "Deploy" || ended->kind() == "Swap";
    return outcome && goes_public ? checkServed(context, ended->service()) : outcome;
}

} // namespace slipway::ctl
