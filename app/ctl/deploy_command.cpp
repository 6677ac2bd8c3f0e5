#include "app/ctl/commands.h"
#include "app/ctl/output.h"
#include "app/ctl/uploading.h"
#include "app/ctl/words.h"
#include "backend/proto/isolation_level.h"

#include <fstream>
#include <iterator>

namespace slipway::ctl
{

namespace fs = std::filesystem;

namespace
{

constexpr std::uintmax_t kConfigurationBytesMax = 1024 * 1024;

struct DeployOptions {
    std::string service;
    std::string package;
    std::string configuration;
    v1::SlotKind slot = v1::SLOT_UNSPECIFIED;
    std::string label;
    bool accept_single_instance = false;
    bool allow_size_change = false;
    bool replace = false;
    bool no_start = false;
    bool validate_only = false;
};

Result<std::string> readText(const fs::path &file)
{
    std::error_code error;
    if (fs::exists(file, error) && !fs::is_regular_file(file, error))
        return failure(v1::Error::INVALID_ARGUMENT, "FILE_NOT_PLAIN",
                       file.string() + " is a folder, a pipe or a device. Name a .cscfg file.",
                       file.string());
    const std::uintmax_t bytes = fs::file_size(file, error);
    std::ifstream stream(file, std::ios::binary);
    if (error || !stream)
        return failure(v1::Error::NOT_FOUND, "FILE_NOT_FOUND",
                       "Cannot read " + file.string() + ". Name an existing .cscfg file.",
                       file.string());
    if (bytes > kConfigurationBytesMax)
        return failure(v1::Error::INVALID_ARGUMENT, "FILE_TOO_LARGE",
                       file.string() + " is larger than 1 MiB, so it is no .cscfg.", file.string());
    return std::string(std::istreambuf_iterator<char>(stream), {});
}

// A file or folder is uploaded; anything else must be a digest.
Result<std::string> packageDigest(Context &context, const std::string &package)
{
    std::error_code error;
    if (fs::exists(package, error)) {
        const auto uploaded = upload(context, package);
        if (!uploaded)
            return Failure(uploaded.error());
        return uploaded->package.digest();
    }
    const auto snapshot = context.session().snapshot();
    if (!snapshot)
        return Failure(snapshot.error());
    const auto found = snapshot->package(package);
    if (!found)
        return Failure(found.error());
    return found->digest();
}

// Before a long upload, what can be refused without it.
Result<void> checkTarget(Context &context, const DeployOptions &options, v1::SlotKind slot)
{
    const auto found = context.session().service(options.service);
    if (!found)
        return Failure(found.error());
    if (slotIn(found->service, slot).deployment_id().empty() || options.replace)
        return {};
    const std::string name = slot == v1::STAGING ? "Staging" : "Production";
    return failure(v1::Error::FAILED_PRECONDITION, "SLOT_OCCUPIED",
                   name + " of " + options.service +
                       " is occupied. Use --replace to put this package in its place.",
                   options.service);
}

// Said with every deployment where the machine holds instances with less than the best.
void sayIsolation(Context &context)
{
    const auto status = context.session().status();
    if (!status || status->isolation().empty() ||
        status->isolation() == isolationName(IsolationLevel::WithLimits))
        return;
    context.err << "Isolation of instances here: " << printable(status->isolation()) << "."
                << (status->isolation_advice().empty()
                        ? ""
                        : " " + printable(status->isolation_advice()))
                << '\n';
}

Result<void> deploy(Context &context, const DeployOptions &options)
{
    v1::Command command;
    v1::Deploy &body = *command.mutable_deploy();
    body.set_service(options.service);
    body.set_slot(options.slot == v1::SLOT_UNSPECIFIED ? v1::PRODUCTION : options.slot);
    body.set_label(options.label);
    body.set_accept_single_instance(options.accept_single_instance);
    body.set_allow_size_change(options.allow_size_change);
    body.set_replace(options.replace);
    body.set_no_start(options.no_start);
    command.set_validate_only(options.validate_only);
    if (!options.configuration.empty()) {
        auto text = readText(options.configuration);
        if (!text)
            return Failure(text.error());
        body.set_configuration_xml(*std::move(text));
        body.set_configuration_name(fs::path(options.configuration).filename().string());
    }
    if (auto checked = checkTarget(context, options, body.slot()); !checked)
        return checked;
    const auto digest = packageDigest(context, options.package);
    if (!digest)
        return Failure(digest.error());
    body.set_package_digest(*digest);
    const bool rehearsal = command.validate_only();
    if (auto done = runCommand(context, std::move(command)); !done || rehearsal)
        return done;
    sayIsolation(context);
    return {};
}

} // namespace

void addDeployCommand(CLI::App &app, Context &context)
{
    const auto options = std::make_shared<DeployOptions>();
    CLI::App *command = app.add_subcommand("deploy", "Put a package into a slot of a service");
    command->add_option("service", options->service)->required()->type_name("SERVICE");
    addSlotOption(command, options->slot);
    command->add_option("--package", options->package, "A package file, a folder, or a digest")
        ->required()
        ->type_name("FILE|DIGEST");
    command->add_option("--config", options->configuration, "Its .cscfg")->type_name("FILE");
    command->add_option("--label", options->label, "What people call this version")
        ->type_name("TEXT");
    command->add_flag("--accept-single-instance", options->accept_single_instance,
                      "Also with a role of one instance, which every update interrupts");
    command->add_flag("--allow-size-change", options->allow_size_change,
                      "Also when VM sizes or role counts change");
    command->add_flag("--replace", options->replace, "Replace what is deployed there");
    command->add_flag("--no-start", options->no_start, "Do not start the instances");
    command->add_flag("--validate-only", options->validate_only, "Only say what would happen");
    onParsed(command, context, options, deploy);
}

} // namespace slipway::ctl
