// How pages send people elsewhere without knowing each other. Implemented by the shell.
#pragma once

#include "models/base/fabric_store.h"
#include "views/widgets/place.h"

namespace slipway::views
{

class Navigator
{
public:
    virtual ~Navigator() = default;

    virtual void open(const Place &place) = 0;
    virtual void back() = 0;
    // A short message that goes away by itself; `place`, if any, is opened by its button.
    virtual void notify(models::Condition condition, const QString &text,
                        const Place *place = nullptr) = 0;

    void openService(const QString &name, const QString &part = {});
    void openInstance(const models::InstanceId &id); // on its service's page
    void openHost(const QString &id);
    void openPackage(const QString &digest);
    void openOperation(const QString &id); // on the activity page

protected:
    virtual QString serviceOf(const models::InstanceId &id) const = 0; // empty: unknown
};

} // namespace slipway::views
