# Stories through several rooms: real engines, real sockets on loopback, the practice chain. One program a file.
if(NOT DUPLEX_FUZZ AND NOT DUPLEX_SANITIZE)
    file(GLOB scenario_sources CONFIGURE_DEPENDS ${CMAKE_CURRENT_SOURCE_DIR}/scenario/tst_*.cpp)
    foreach(scenario_source IN LISTS scenario_sources)
        get_filename_component(scenario_name ${scenario_source} NAME_WE)
        duplex_test(${scenario_name} SOURCES ${scenario_source} LINK core_sandbox core_engine TIMEOUT 600)
    endforeach()
endif()
