// The fabric's store: copied, put back, looked through.
#include "app/ctl/commands.h"
#include "app/ctl/output.h"
#include "app/ctl/words.h"
#include "backend/fabric/data_check.h"
#include "backend/fabric/restore_store.h"
#include "backend/sys/paths.h"

namespace slipway::ctl
{

namespace
{

struct StoreOptions {
    std::string file; // empty: among the fabric's snapshots
    std::string data; // empty: ask the fabric that runs
};

Result<void> backup(Context &context, const StoreOptions &options)
{
    v1::BackupRequest request;
    if (!options.file.empty())
        request.set_file(std::filesystem::absolute(options.file).string());
    const auto reply = context.session().await<v1::BackupReply>(
        [&](auto done) { context.session().client().backup(request, std::move(done)); });
    if (!reply)
        return Failure(reply.error());
    if (context.options.json)
        printJson(context.out, {{"file", reply->file()}, {"size_bytes", reply->size_bytes()}});
    else
        context.out << printable(reply->file()) << "  " << bytesText(reply->size_bytes()) << '\n';
    return {};
}

Result<void> restore(Context &context, const StoreOptions &options)
{
    const sys::Paths paths = sys::pathsFor(options.data, context.options.socket);
    const auto restored = fabric::restoreStore(paths, std::filesystem::absolute(options.file));
    if (!restored)
        return Failure(restored.error());
    if (context.options.json) {
        printJson(context.out, {{"data_dir", paths.data.string()},
                                {"fabric_id", restored->fabric_id},
                                {"revision", restored->revision},
                                {"aside", restored->aside.string()}});
        return {};
    }
    context.out << "Fabric " << restored->fabric_id << " is back at revision " << restored->revision
                << " in " << printable(paths.data.string()) << ".\n";
    if (!restored->aside.empty())
        context.out << "The store of before lies in " << printable(restored->aside.string())
                    << ".\n";
    return {};
}

Result<v1::CheckStoreReply> ask(Context &context, const StoreOptions &options)
{
    if (!options.data.empty()) {
        const std::atomic<bool> never = false;
        return fabric::checkData(sys::pathsFor(options.data, context.options.socket), never);
    }
    return context.session().await<v1::CheckStoreReply>(
        [&](auto done) { context.session().client().checkStore(std::move(done)); });
}

int errorsIn(const v1::CheckStoreReply &reply)
{
    int errors = 0;
    for (const v1::Problem &problem : reply.problems())
        errors += problem.severity() == v1::ERROR ? 1 : 0;
    return errors;
}

Result<void> check(Context &context, const StoreOptions &options)
{
    const auto reply = ask(context, options);
    if (!reply)
        return Failure(reply.error());
    if (context.options.json) {
        printJson(context.out, {{"rows", reply->rows()},
                                {"content_bytes", reply->content_bytes()},
                                {"problems", listJson(reply->problems(), problemJson)}});
    } else {
        printProblems(context.out, reply->problems());
        context.out << reply->rows() << " rows and " << bytesText(reply->content_bytes())
                    << " of packages were read.\n";
    }
    if (const int errors = errorsIn(*reply); errors > 0)
        return failure(v1::Error::FAILED_PRECONDITION, "STORE_NOT_SOUND",
                       std::to_string(errors) + " of the findings " +
                           (errors == 1 ? "is an error." : "are errors."));
    return {};
}

} // namespace

void addStoreCommands(CLI::App &fabric_group, Context &context)
{
    const auto options = std::make_shared<StoreOptions>();
    CLI::App *copied = fabric_group.add_subcommand("backup", "Copy the store while it runs");
    copied->add_option("file", options->file, "A new file on the fabric's machine")
        ->type_name("FILE");
    onParsed(copied, context, options, backup);

    CLI::App *restored =
        fabric_group.add_subcommand("restore", "Put a copy of the store back; no fabric may run");
    restored->add_option("file", options->file, "A backup or a snapshot")
        ->required()
        ->type_name("FILE");
    restored->add_option("--data", options->data, "The fabric's data folder")
        ->required()
        ->type_name("DIR");
    onParsed(restored, context, options, restore);

    CLI::App *checked = fabric_group.add_subcommand("check", "Read the whole store and packages");
    checked->add_option("--data", options->data, "Of this folder, without its fabric")
        ->type_name("DIR");
    onParsed(checked, context, options, check);
}

} // namespace slipway::ctl
