#include "app/ctl/context.h"

#include "backend/sys/paths.h"

namespace slipway::ctl
{

Session &Context::session()
{
    if (!m_session) {
        const std::filesystem::path socket =
            options.socket.empty() ? sys::defaultSocket() : std::filesystem::path(options.socket);
        m_session = std::make_unique<Session>(
            options.connect.empty() ? "unix:" + std::filesystem::absolute(socket).string()
                                    : options.connect);
    }
    return *m_session;
}

Failure usageError(const std::string &message)
{
    return failure(v1::Error::INVALID_ARGUMENT, "USAGE", message);
}

void addSlotOption(CLI::App *command, v1::SlotKind &slot)
{
    static const std::map<std::string, v1::SlotKind> kSlots = {{"production", v1::PRODUCTION},
                                                               {"staging", v1::STAGING}};
    command->add_option("--slot", slot, "production or staging")
        ->transform(CLI::CheckedTransformer(kSlots, CLI::ignore_case).description(""))
        ->type_name("SLOT");
}

} // namespace slipway::ctl
