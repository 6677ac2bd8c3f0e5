// The facts of one instance, a line each; of several, their names and states.
#pragma once

#include "views/service/service_models.h"

#include <QScrollArea>

class QGridLayout;

namespace slipway::views
{

class InstanceDetails : public QScrollArea
{
    Q_OBJECT

public:
    explicit InstanceDetails(PageContext &context, QWidget *parent = nullptr);
    void show(const std::vector<models::Ref<v1::RoleInstance>> &instances);

private:
    void showOne(const v1::RoleInstance &instance);
    void showSeveral(const std::vector<models::Ref<v1::RoleInstance>> &instances);
    void addPlacement(const v1::RoleInstance &instance);
    void addProcesses(const v1::RoleInstance &instance);
    void addLine(const QString &name, QWidget *value);
    void addLine(const QString &name, const QString &value);

    PageContext &m_context;
    std::vector<models::Ref<v1::RoleInstance>> m_shown;
    QGridLayout *m_grid = nullptr;
};

} // namespace slipway::views
