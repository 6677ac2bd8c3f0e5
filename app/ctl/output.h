#pragma once

#include "app/ctl/context.h"
#include "app/ctl/json_mapper.h"
#include "app/ctl/table.h"

namespace slipway::ctl
{

// Indented, one document. Bytes that are not UTF-8 are replaced, never fatal.
void printJson(std::ostream &out, const Json &json);
// On one line, for streams of documents.
void printJsonLine(std::ostream &out, const Json &json);

Tone toneOf(v1::RoleInstance::State state);
Tone toneOf(v1::Operation::State state);
Tone toneOf(v1::Severity severity);

// "slipwayctl: <message> [REASON]" and below it one line per problem: file:line:column: error:
// message.
void printError(std::ostream &err, const v1::Error &error);
void printProblems(std::ostream &out,
                   const google::protobuf::RepeatedPtrField<v1::Problem> &problems);

// Sends a command, prints its preview or outcome, and with --wait waits for the operation's end.
Result<void> runCommand(Context &context, v1::Command command);

} // namespace slipway::ctl
