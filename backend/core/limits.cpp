#include "backend/core/limits.h"

#include <algorithm>
#include <google/protobuf/descriptor.h>
#include <map>
#include <vector>

namespace slipway::core
{
namespace
{

using google::protobuf::FieldDescriptor;
using google::protobuf::Message;

enum class Text { Line, Lines, Any };

struct Limit {
    std::size_t bytes = 256;
    Text text = Text::Line;
};

constexpr int kEntriesMax = 10'000;             // as many as a role has instances at most
constexpr std::size_t kDescriptionBytes = 4096; // the service says less
constexpr std::size_t kSettingBytes = 64 * 1024;
constexpr std::size_t kConfigurationBytes = 1024 * 1024;

// What is not listed is a name or an id.
Limit limitOf(const FieldDescriptor &field)
{
    static const std::map<std::string, Limit> kLimits = {
        {"slipway.v1.CreateService.description", {kDescriptionBytes, Text::Lines}},
        {"slipway.v1.UpdateService.description", {kDescriptionBytes, Text::Lines}},
        {"slipway.v1.Deploy.configuration_xml", {kConfigurationBytes, Text::Any}},
        {"slipway.v1.Setting.value", {kSettingBytes, Text::Lines}},
    };
    const auto found = kLimits.find(field.full_name());
    return found == kLimits.end() ? Limit() : found->second;
}

bool isControl(unsigned char letter)
{
    return letter < 0x20 || letter == 0x7f;
}

bool isAllowed(char letter, Text text)
{
    if (text == Text::Any || !isControl(static_cast<unsigned char>(letter)))
        return true;
    return text == Text::Lines && (letter == '\n' || letter == '\r' || letter == '\t');
}

std::optional<v1::Error> refuseText(const std::string &value, const FieldDescriptor &field)
{
    const Limit limit = limitOf(field);
    if (value.size() > limit.bytes)
        return makeError(v1::Error::INVALID_ARGUMENT, "TEXT_TOO_LONG",
                         "The " + field.name() + " has " + std::to_string(value.size()) +
                             " bytes; at most " + std::to_string(limit.bytes) + " are possible.",
                         field.name());
    const bool printable = std::all_of(value.begin(), value.end(), [&limit](char letter) {
        return isAllowed(letter, limit.text);
    });
    if (printable)
        return std::nullopt;
    return makeError(v1::Error::INVALID_ARGUMENT, "TEXT_UNPRINTABLE",
                     "The " + field.name() +
                         " holds a control character (a line break, a NUL or the like). Leave "
                         "it out.",
                     field.name());
}

std::optional<v1::Error> refuseMessage(const Message &message);

// `index` is -1 for a field that is no list.
std::optional<v1::Error> refuseValue(const Message &message, const FieldDescriptor &field,
                                     int index)
{
    const auto &reflection = *message.GetReflection();
    if (field.cpp_type() == FieldDescriptor::CPPTYPE_MESSAGE)
        return refuseMessage(index < 0 ? reflection.GetMessage(message, &field)
                                       : reflection.GetRepeatedMessage(message, &field, index));
    if (field.cpp_type() != FieldDescriptor::CPPTYPE_STRING)
        return std::nullopt;
    return refuseText(index < 0 ? reflection.GetString(message, &field)
                                : reflection.GetRepeatedString(message, &field, index),
                      field);
}

std::optional<v1::Error> refuseList(const Message &message, const FieldDescriptor &field)
{
    const int count = message.GetReflection()->FieldSize(message, &field);
    if (count > kEntriesMax)
        return makeError(v1::Error::INVALID_ARGUMENT, "LIST_TOO_LONG",
                         "There are " + std::to_string(count) + " " + field.name() + "; at most " +
                             std::to_string(kEntriesMax) + " are possible.",
                         field.name());
    for (int i = 0; i < count; ++i)
        if (auto refused = refuseValue(message, field, i))
            return refused;
    return std::nullopt;
}

std::optional<v1::Error> refuseMessage(const Message &message)
{
    std::vector<const FieldDescriptor *> fields; // those that are set
    message.GetReflection()->ListFields(message, &fields);
    for (const FieldDescriptor *field : fields) {
        auto refused =
            field->is_repeated() ? refuseList(message, *field) : refuseValue(message, *field, -1);
        if (refused)
            return refused;
    }
    return std::nullopt;
}

std::optional<v1::Error> refuseRequestId(const std::string &id)
{
    const bool printable = std::all_of(id.begin(), id.end(),
                                       [](char letter) { return letter > ' ' && letter <= '~'; });
    if (printable && id.size() <= kRequestIdBytesMax)
        return std::nullopt;
    return makeError(v1::Error::INVALID_ARGUMENT, "REQUEST_ID_INVALID",
                     "A request id consists of at most " + std::to_string(kRequestIdBytesMax) +
                         " printable ASCII characters without blanks; this one has " +
                         std::to_string(id.size()) +
                         " bytes. A random one of 32 hex digits is "
                         "good.",
                     "request_id");
}

} // namespace

std::optional<v1::Error> refuseSizes(const v1::Command &command)
{
    if (auto refused = refuseRequestId(command.request_id()))
        return refused;
    if (command.has_register_package())
        return std::nullopt;
    return refuseMessage(command);
}

} // namespace slipway::core
