#include "app/ctl/commands.h"
#include "app/ctl/output.h"

#include <charconv>
#include <cmath>
#include <google/protobuf/descriptor.h>
#include <limits>

namespace slipway::ctl
{

namespace
{

using google::protobuf::FieldDescriptor;

struct SettingOptions {
    std::string name;
    std::string value;
    std::string size;
    double price = 0;
};

Result<v1::Settings> present(Context &context)
{
    auto snapshot = context.session().snapshot();
    if (!snapshot)
        return Failure(snapshot.error());
    return std::move(snapshot->settings);
}

Result<void> update(Context &context, v1::Settings settings)
{
    v1::Command command;
    command.set_etag(settings.revision());
    *command.mutable_update_settings() = std::move(settings);
    return runCommand(context, std::move(command));
}

// What the fabric chose for itself is no setting.
bool isSetting(const FieldDescriptor &field)
{
    return !field.is_repeated() && field.name() != "revision" && field.name() != "fabric_id" &&
           field.name() != "address_prefix";
}

std::string settingNames()
{
    std::string names;
    const auto *descriptor = v1::Settings::descriptor();
    for (int i = 0; i < descriptor->field_count(); ++i)
        if (isSetting(*descriptor->field(i)))
            names += (names.empty() ? "" : ", ") + descriptor->field(i)->name();
    return names;
}

bool assign(v1::Settings &settings, const FieldDescriptor &field, const std::string &value)
{
    const auto *reflection = settings.GetReflection();
    if (field.cpp_type() == FieldDescriptor::CPPTYPE_STRING) {
        reflection->SetString(&settings, &field, value);
        return true;
    }
    if (field.cpp_type() == FieldDescriptor::CPPTYPE_BOOL) {
        reflection->SetBool(&settings, &field, value == "true");
        return value == "true" || value == "false";
    }
    std::uint64_t number = 0;
    const auto [end, error] = std::from_chars(value.data(), value.data() + value.size(), number);
    if (error != std::errc() || end != value.data() + value.size())
        return false;
    if (field.cpp_type() == FieldDescriptor::CPPTYPE_UINT64)
        reflection->SetUInt64(&settings, &field, number);
    else if (number <= std::numeric_limits<std::uint32_t>::max())
        reflection->SetUInt32(&settings, &field, std::uint32_t(number));
    else
        return false;
    return true;
}

Result<void> set(Context &context, const SettingOptions &options)
{
    const FieldDescriptor *field = v1::Settings::descriptor()->FindFieldByName(options.name);
    if (!field || !isSetting(*field))
        return usageError("There is no setting \"" + options.name +
                          "\". There are: " + settingNames() + ".");
    auto settings = present(context);
    if (!settings)
        return Failure(settings.error());
    if (!assign(*settings, *field, options.value))
        return usageError("\"" + options.value + "\" is no value for " + options.name +
                          (field->cpp_type() == FieldDescriptor::CPPTYPE_BOOL
                               ? ": true or false is needed."
                               : ": a whole number is needed, in the unit that the name ends "
                                 "with."));
    return update(context, *std::move(settings));
}

Result<void> price(Context &context, const SettingOptions &options)
{
    auto settings = present(context);
    if (!settings)
        return Failure(settings.error());
    v1::SizePrice *entry = nullptr;
    for (v1::SizePrice &known : *settings->mutable_prices())
        if (known.size() == options.size)
            entry = &known;
    if (!entry)
        entry = settings->add_prices();
    entry->set_size(options.size);
    entry->set_micros_per_hour(std::llround(options.price * 1e6));
    return update(context, *std::move(settings));
}

Result<void> show(Context &context, const SettingOptions &)
{
    const auto settings = present(context);
    if (!settings)
        return Failure(settings.error());
    const Json json = settingsJson(*settings);
    if (context.options.json) {
        printJson(context.out, json);
        return {};
    }
    Table table({"SETTING", "VALUE"});
    for (const auto &[name, value] : json.items())
        if (!value.is_array())
            table.add({name, value.is_string() ? value.get<std::string>() : value.dump()});
    for (const v1::SizePrice &entry : settings->prices())
        table.add({"price of " + entry.size(), Json(double(entry.micros_per_hour()) / 1e6).dump() +
                                                   " " + settings->currency()});
    table.print(context.out, coloursWanted());
    return {};
}

} // namespace

void addSettingsCommands(CLI::App &app, Context &context)
{
    CLI::App *group = app.add_subcommand("settings", "Settings of the fabric");
    group->require_subcommand(1);
    const auto options = std::make_shared<SettingOptions>();
    onParsed(group->add_subcommand("show", "All settings"), context, options, show);

    CLI::App *changed = group->add_subcommand("set", "Change one");
    changed->add_option("name", options->name)->required()->type_name("NAME");
    changed->add_option("value", options->value)->required()->type_name("VALUE");
    onParsed(changed, context, options, set);

    CLI::App *priced = group->add_subcommand("price", "Price of a VM size per hour");
    priced->add_option("size", options->size)->required()->type_name("SIZE");
    priced->add_option("amount", options->price)
        ->required()
        ->check(CLI::Range(0.0, 1e6).description(""))
        ->type_name("AMOUNT");
    onParsed(priced, context, options, price);
}

} // namespace slipway::ctl
