// One function per group of commands; each adds its part of the grammar.
#pragma once

#include "app/ctl/context.h"

namespace slipway::ctl
{

void addServiceCommands(CLI::App &app, Context &context);  // service ...
void addPackageCommands(CLI::App &app, Context &context);  // package ...
void addDeployCommand(CLI::App &app, Context &context);    // deploy
void addSlotCommands(CLI::App &app, Context &context);     // swap, scale, resize, deployment ...
void addInstanceCommands(CLI::App &app, Context &context); // instance ...
void addFabricCommands(CLI::App &app, Context &context);   // hosts, sizes, status, version, fabric
void addStoreCommands(CLI::App &fabric_group, Context &context); // fabric backup, restore, check
void addSettingsCommands(CLI::App &app, Context &context);       // settings ...
void addOperationCommands(CLI::App &app, Context &context);      // operations, operation ...
void addEventCommands(CLI::App &app, Context &context);          // events
void addLogCommands(CLI::App &app, Context &context);            // logs
void addWatchCommands(CLI::App &app, Context &context);          // watch
void addTopCommand(CLI::App &app, Context &context);             // top
void addCompletionCommand(CLI::App &app, Context &context);      // completion

} // namespace slipway::ctl
