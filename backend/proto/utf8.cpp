#include "backend/proto/utf8.h"

#include "backend/proto/result.h"

#include <cstdio>
#include <google/protobuf/descriptor.h>
#include <google/protobuf/message.h>
#include <vector>

namespace slipway
{

namespace
{

using google::protobuf::FieldDescriptor;
using google::protobuf::Message;

// The length of the sequence that starts at `at`, 0 when it is no UTF-8.
std::size_t sequenceLength(std::string_view text, std::size_t at)
{
    const auto byte = [&](std::size_t index) {
        return index < text.size() ? static_cast<unsigned char>(text[index]) : 0u;
    };
    const unsigned first = byte(at);
    const std::size_t length = first < 0x80   ? 1
                               : first < 0xc2 ? 0
                               : first < 0xe0 ? 2
                               : first < 0xf0 ? 3
                               : first < 0xf5 ? 4
                                              : 0;
    for (std::size_t index = 1; index < length; ++index)
        if ((byte(at + index) & 0xc0) != 0x80)
            return 0;
    const unsigned second = byte(at + 1);
    const bool overlong = (first == 0xe0 && second < 0xa0) || (first == 0xf0 && second < 0x90);
    const bool beyond = (first == 0xed && second > 0x9f) || (first == 0xf4 && second > 0x8f);
    return overlong || beyond ? 0 : length;
}

// Where the first byte stands that is none; npos: everywhere is text.
std::size_t firstBroken(std::string_view text)
{
    for (std::size_t at = 0; at < text.size();) {
        const std::size_t length = sequenceLength(text, at);
        if (length == 0)
            return at;
        at += length;
    }
    return std::string_view::npos;
}

std::optional<v1::Error> refuseText(const std::string &text, const FieldDescriptor &field)
{
    const std::size_t at = firstBroken(text);
    if (at == std::string_view::npos)
        return std::nullopt;
    char byte[8];
    std::snprintf(byte, sizeof byte, "0x%02X", unsigned(static_cast<unsigned char>(text[at])));
    return makeError(v1::Error::INVALID_ARGUMENT, "TEXT_NOT_UTF8",
                     "The " + field.name() + " is no UTF-8 text: its byte " +
                         std::to_string(at + 1) + " is " + byte +
                         ". Type it in a terminal that uses UTF-8, or save the file as UTF-8.",
                     field.name());
}

std::optional<v1::Error> refuseField(const Message &message, const FieldDescriptor &field,
                                     int index)
{
    const auto &reflection = *message.GetReflection();
    if (field.cpp_type() == FieldDescriptor::CPPTYPE_MESSAGE)
        return refuseBrokenText(index < 0 ? reflection.GetMessage(message, &field)
                                          : reflection.GetRepeatedMessage(message, &field, index));
    if (field.type() != FieldDescriptor::TYPE_STRING)
        return std::nullopt;
    return refuseText(index < 0 ? reflection.GetString(message, &field)
                                : reflection.GetRepeatedString(message, &field, index),
                      field);
}

} // namespace

bool isUtf8(std::string_view text)
{
    return firstBroken(text) == std::string_view::npos;
}

std::optional<v1::Error> refuseBrokenText(const Message &message)
{
    std::vector<const FieldDescriptor *> fields; // those that are set
    message.GetReflection()->ListFields(message, &fields);
    for (const FieldDescriptor *field : fields) {
        const int count =
            field->is_repeated() ? message.GetReflection()->FieldSize(message, field) : 1;
        for (int i = 0; i < count; ++i)
            if (auto refused = refuseField(message, *field, field->is_repeated() ? i : -1))
                return refused;
    }
    return std::nullopt;
}

} // namespace slipway
