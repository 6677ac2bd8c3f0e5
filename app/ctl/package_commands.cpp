#include "app/ctl/commands.h"
#include "app/ctl/output.h"
#include "app/ctl/uploading.h"
#include "app/ctl/words.h"
#include "backend/packages/package_reader.h"
#include "backend/packages/package_writer.h"
#include "backend/sys/clock.h"

namespace slipway::ctl
{

namespace
{

struct PackageOptions {
    std::string file;
    std::string output;
    std::string digest;
};

void printPackage(Context &context, const v1::Package &package)
{
    context.out << printable(package.file_name()) << "  " << bytesText(package.size_bytes()) << ", "
                << printable(package.format()) << "\n  digest  " << printable(package.digest())
                << "\n  service " << printable(package.definition().name()) << ", "
                << package.definition().upgrade_domain_count() << " update domains\n";
    for (const v1::RoleDefinition &role : package.definition().roles()) {
        context.out << "  role    " << printable(role.name()) << ", "
                    << (role.kind() == v1::RoleDefinition::WEB ? "web" : "worker") << ", "
                    << printable(role.size()) << '\n';
        for (const v1::Endpoint &endpoint : role.endpoints())
            context.out << "            " << printable(endpoint.name()) << "  "
                        << protocolName(endpoint.protocol()) << " " << endpoint.port()
                        << (endpoint.kind() == v1::Endpoint::INTERNAL ? " internal" : "") << '\n';
    }
    printProblems(context.out, package.problems());
}

Result<void> inspect(Context &context, const PackageOptions &options)
{
    const auto package = packages::inspectPackage(options.file, {});
    if (!package)
        return Failure(package.error());
    if (context.options.json)
        printJson(context.out, packageJson(*package));
    else
        printPackage(context, *package);
    return {};
}

Result<void> pack(Context &context, const PackageOptions &options)
{
    if (auto packed = packages::packFolder(options.file, options.output); !packed)
        return Failure(packed.error());
    PackageOptions written = options;
    written.file = options.output;
    return inspect(context, written);
}

Result<void> uploadPackage(Context &context, const PackageOptions &options)
{
    const auto uploaded = upload(context, options.file);
    if (!uploaded)
        return Failure(uploaded.error());
    if (context.options.json) {
        Json json = packageJson(uploaded->package);
        json["already_stored"] = uploaded->already_stored;
        printJson(context.out, json);
        return {};
    }
    printPackage(context, uploaded->package);
    if (uploaded->already_stored)
        context.out << "The fabric had it already.\n";
    return {};
}

Result<void> list(Context &context, const PackageOptions &)
{
    const auto snapshot = context.session().snapshot();
    if (!snapshot)
        return Failure(snapshot.error());
    if (context.options.json) {
        printJson(context.out, listJson(snapshot->packages, [](const auto &entry) {
                      return packageJson(entry.second);
                  }));
        return {};
    }
    const std::int64_t now_ms = sys::SystemClock().wallMs();
    Table table({"DIGEST", "FILE", ">SIZE", "ROLES", "AGE", "BY"});
    for (const auto &[digest, package] : snapshot->packages) {
        std::string roles;
        for (const v1::RoleDefinition &role : package.definition().roles())
            roles += (roles.empty() ? "" : ", ") + role.name();
        table.add({shortDigest(digest), package.file_name(), bytesText(package.size_bytes()), roles,
                   shortAge(package.upload_time_ms(), now_ms), package.actor()});
    }
    table.print(context.out, coloursWanted());
    return {};
}

Result<void> remove(Context &context, const PackageOptions &options)
{
    const auto snapshot = context.session().snapshot();
    if (!snapshot)
        return Failure(snapshot.error());
    const auto package = snapshot->package(options.digest);
    if (!package)
        return Failure(package.error());
    v1::Command command;
    command.set_delete_package(package->digest());
    return runCommand(context, std::move(command));
}

} // namespace

void addPackageCommands(CLI::App &app, Context &context)
{
    CLI::App *group = app.add_subcommand("package", "Packages");
    group->require_subcommand(1);
    const auto options = std::make_shared<PackageOptions>();

    CLI::App *uploaded =
        group->add_subcommand("upload", "Send a package (or a folder) to the fabric");
    uploaded->add_option("file", options->file)->required()->type_name("FILE");
    onParsed(uploaded, context, options, uploadPackage);

    CLI::App *inspected =
        group->add_subcommand("inspect", "Check a package here, without a fabric");
    inspected->add_option("file", options->file)->required()->type_name("FILE");
    onParsed(inspected, context, options, inspect);

    onParsed(group->add_subcommand("list", "Packages of the fabric"), context, options, list);

    CLI::App *deleted = group->add_subcommand("delete", "Delete a package that nothing uses");
    deleted->add_option("digest", options->digest, "Its digest, or the first 8 digits or more")
        ->required()
        ->type_name("DIGEST");
    onParsed(deleted, context, options, remove);

    CLI::App *packed = group->add_subcommand("pack", "Make a .cspkg of a folder");
    packed
        ->add_option("folder", options->file, "Holds ServiceDefinition.csdef and a folder per role")
        ->required()
        ->type_name("FOLDER");
    packed->add_option("-o,--output", options->output)->required()->type_name("FILE");
    onParsed(packed, context, options, pack);
}

} // namespace slipway::ctl
